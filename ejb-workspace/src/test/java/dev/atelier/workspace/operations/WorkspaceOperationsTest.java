// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Deadlines;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.FakeRuntime;
import dev.atelier.workspace.store.MemorySnapshotStore;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkspaceOperationsTest {
  private final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  private final FakeRuntime runtime = new FakeRuntime();
  private final List<WorkspaceChanged> changes = new ArrayList<>();
  private final WorkspaceTracker tracker = new WorkspaceTracker(changes::add, Runnable::run);
  private final Activities activities = new Activities();
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final Map<String, Instant> armed = new HashMap<>();
  private final Timeouts timeouts = new Timeouts(TimeoutSettings.DEFAULT);
  private Instant now = Workspaces.CREATED;
  private Optional<Instant> kept = Optional.empty();
  private Limits.Settings limits = Limits.Settings.NONE;
  private Maintenance maintenance;
  private Reconciler reconciler;
  private WorkspaceOperations operations;

  private static Caller traced(int number) {
    return new Caller("test", new TraceContext("00-%032x-%016x-01".formatted(number, 1), ""));
  }

  private TraceContext trace() {
    return store.list().get(0).trace();
  }

  @Test
  void changeCarriesTheTraceOfItsOwnActOrNone() throws WorkspaceFault {
    operations.start(Workspaces.request("i"), traced(1));
    assertThat(trace()).isEqualTo(traced(1).trace());
    settle();
    assertThat(trace()).as("nobody asked for this phase").isEqualTo(TraceContext.NONE);

    operations.setTimeout("i", TimeoutKind.WORKSPACE, "45m", traced(2));
    assertThat(trace()).isEqualTo(traced(2).trace());
    operations.controlAdmission("i", AdmissionLevel.OWNER_ONLY, traced(3));
    assertThat(trace()).as("nothing changed").isEqualTo(traced(2).trace());
    operations.controlAdmission("i", AdmissionLevel.EVERYONE, traced(3));
    assertThat(trace()).isEqualTo(traced(3).trace());
    operations.stop("i", StopPolicy.NORMALLY, traced(4));
    assertThat(trace()).isEqualTo(traced(4).trace());
  }

  @BeforeEach
  void start() throws WorkspaceFault {
    AuditLog audit = new AuditLog();
    MaintenanceRecord record =
        new MaintenanceRecord() {
          @Override
          public Optional<Instant> read() {
            return kept;
          }

          @Override
          public void write(Optional<Instant> until) {
            kept = until;
          }
        };
    maintenance = new Maintenance(record, Optional.empty(), () -> now, audit);
    Deadlines deadlines =
        new Deadlines() {
          @Override
          public void arm(String id, Instant when) {
            armed.put(id, when);
          }

          @Override
          public void disarm(String id) {
            armed.remove(id);
          }
        };
    reconciler =
        new Reconciler(
            store,
            runtime,
            new Lifecycle(timeouts),
            tracker,
            Snapshots.of(new MemorySnapshotStore(), tracker, id -> false),
            activities,
            maintenance::until,
            deadlines,
            work::add,
            4,
            () -> now,
            new Random(1));
    WorkspaceUrls urls = new WorkspaceUrls("http://{host}/{id}", "http://{host}/{id}:{port}", "h");
    StartRequestValidator validator =
        new StartRequestValidator(
            StartRequestValidatorTest.Classes.ONE, TimeoutSettings.DEFAULT, urls, Set.of("https"));
    operations =
        new WorkspaceOperations(
            store,
            tracker,
            reconciler,
            activities,
            validator,
            StartRequestValidatorTest.Classes.ONE,
            urls,
            timeouts,
            maintenance,
            new Limits(limits, () -> now),
            new OwnerTokens(store),
            new FixedRandomness("token"),
            audit,
            () -> now);
    reconciler.start();
    settle();
  }

  private void settle() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  private void advance(Duration duration) {
    now = now.plus(duration);
    new HashMap<>(armed)
        .forEach(
            (id, when) -> {
              if (!when.isAfter(now)) {
                armed.remove(id);
                reconciler.due(id);
              }
            });
    settle();
  }

  private void started(String id) throws WorkspaceFault {
    operations.start(Workspaces.request(id), Caller.MANAGER);
    settle();
  }

  private Phase phase(String id) throws WorkspaceFault {
    return operations.describe(id).workspace().phase();
  }

  private Conditions conditions(String id) throws WorkspaceFault {
    return operations.describe(id).workspace().status().conditions();
  }

  @Test
  void listThatWouldNotBeWholeIsRefused() throws WorkspaceFault {
    store.leaveAlone(new LeftAlone("newer", "ada", "meta", false, "it has format 2"));
    store.leaveAlone(new LeftAlone("over", "eve", "past", true, "it has format 2"));

    for (WorkspaceFilter filter :
        List.of(
            WorkspaceFilter.ALL,
            new WorkspaceFilter("ada", "", Map.of()),
            new WorkspaceFilter("ada", "meta", Map.of("a", "b")))) {
      assertThatThrownBy(() -> operations.list(filter))
          .hasMessage("it has format 2")
          .extracting(thrown -> ((WorkspaceFault) thrown).code())
          .isEqualTo(WorkspaceFault.Code.UNAVAILABLE);
    }
    assertThat(operations.list(new WorkspaceFilter("ada", "other", Map.of()))).isEmpty();
    assertThat(operations.list(new WorkspaceFilter("eve", "", Map.of()))).isEmpty();
    assertThat(operations.overview()).isEmpty();
  }

  @Test
  void startAnswersAtOnceAndTheInstanceComesUp() throws WorkspaceFault {
    WorkspaceOperations.StartedWorkspace answer =
        operations.start(Workspaces.request("a"), Caller.MANAGER);

    assertThat(answer.url()).isEqualTo("http://h/a");
    assertThat(answer.ownerToken()).isEqualTo("token");
    assertThat(phase("a")).isEqualTo(Phase.PENDING);
    settle();
    assertThat(phase("a")).isEqualTo(Phase.RUNNING);
    assertThat(operations.ownerToken("a")).isEqualTo("token");
  }

  @Test
  void startRefusesWhatIsTaken() throws WorkspaceFault {
    started("a");

    assertThatThrownBy(() -> operations.start(Workspaces.request("a"), Caller.MANAGER))
        .isInstanceOfSatisfying(
            WorkspaceFault.class,
            fault -> assertThat(fault.code()).isEqualTo(WorkspaceFault.Code.ALREADY_EXISTS));
  }

  @Test
  void stopEndsSavesAndForgets() throws WorkspaceFault {
    started("a");
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    settle();

    assertThat(phase("a")).isEqualTo(Phase.STOPPED);
    assertThat(conditions("a").stoppedByRequest()).isTrue();
    assertThat(conditions("a").finalBackupComplete()).isTrue();
    assertThat(operations.list(WorkspaceFilter.ALL)).isEmpty();
    assertThat(runtime.commands())
        .containsSubsequence("launch a", "terminate a", "dispose a", "remove a");
    advance(TimeoutSettings.DEFAULT.retention());
    assertThatThrownBy(() -> operations.describe("a")).hasMessageContaining("not found");
    assertThat(tracker.all()).isEmpty();
    assertThat(armed).isEmpty();
  }

  @Test
  void stopIsIdempotent() throws WorkspaceFault {
    operations.stop("unknown", StopPolicy.ABORT, Caller.MANAGER);
    started("a");
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    settle();
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);

    assertThat(phase("a")).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aHarsherStopWinsAndALaterMilderOneDoesNot() throws WorkspaceFault {
    started("a");
    operations.stop("a", StopPolicy.ABORT, Caller.MANAGER);
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    settle();

    assertThat(conditions("a").aborted()).isTrue();
    assertThat(conditions("a").finalBackupComplete()).isFalse();
    assertThat(runtime.commands()).doesNotContain("dispose a");
  }

  @Test
  void theFirstStoppingStatusHasItsCause() throws WorkspaceFault {
    started("a");
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    settle();

    WorkspaceChanged first =
        changes.stream()
            .filter(change -> change.current().phase() == Phase.STOPPING)
            .findFirst()
            .orElseThrow();
    assertThat(first.current().status().conditions().stoppedByRequest()).isTrue();
  }

  @Test
  void inactivityEndsItToTheSecond() throws WorkspaceFault {
    started("a");
    operations.markActive("a", false, false, Caller.MANAGER);
    settle();
    advance(Duration.ofMinutes(30).minusMillis(1));
    assertThat(phase("a")).isEqualTo(Phase.RUNNING);
    advance(Duration.ofMillis(1));

    assertThat(conditions("a").timeout())
        .isEqualTo(
            "workspace timed out after period of inactivity (00h30m) took longer than 00h30m");
    assertThat(conditions("a").stoppedByRequest()).isFalse();
  }

  @Test
  void whatAPersonStartsIsActiveWithTheStart() throws WorkspaceFault {
    operations.startInPerson(Workspaces.request("a"), Caller.MANAGER);
    assertThat(conditions("a").firstUserActivity()).contains(now);
    assertThat(operations.describe("a").lastActivity()).contains(now);
    settle();
    advance(Duration.ofMinutes(30).minusMillis(1));
    assertThat(phase("a")).isEqualTo(Phase.RUNNING);
    advance(Duration.ofMillis(1));

    assertThat(conditions("a").timeout()).contains("period of inactivity (00h30m)");
  }

  @Test
  void activityCostsTwoWritesAWindow() throws WorkspaceFault {
    started("a");
    long[] writes = {0};
    store.watch(change -> writes[0]++);
    for (int i = 0; i < 1_000; i++) {
      now = now.plusMillis(1);
      operations.markActive("a", false, false, Caller.MANAGER);
    }
    settle();
    assertThat(writes[0]).isEqualTo(1);
    Instant last = now;
    advance(Activities.WINDOW);

    assertThat(writes[0]).isEqualTo(2);
    assertThat(store.get("a").orElseThrow().controls().lastActivity()).contains(last);
    assertThat(operations.describe("a").lastActivity()).contains(last);
  }

  @Test
  void restingActivityCounts() throws WorkspaceFault {
    started("a");
    operations.setTimeout("a", TimeoutKind.WORKSPACE, "3s", Caller.MANAGER);
    operations.markActive("a", false, false, Caller.MANAGER);
    settle();
    advance(Duration.ofSeconds(2));
    operations.markActive("a", false, false, Caller.MANAGER);
    advance(Duration.ofSeconds(2));
    assertThat(phase("a")).isEqualTo(Phase.RUNNING);
    advance(Duration.ofSeconds(1));

    assertThat(phase("a")).isEqualTo(Phase.STOPPED);
  }

  @Test
  void firstActivityIsToldAndLaterOnesAreNot() throws WorkspaceFault {
    started("a");
    changes.clear();
    operations.markActive("a", false, false, Caller.MANAGER);
    Instant first = now;
    advance(Duration.ofMinutes(1));
    operations.markActive("a", false, false, Caller.MANAGER);
    settle();

    assertThat(changes).hasSize(1);
    assertThat(conditions("a").firstUserActivity()).contains(first);
  }

  @Test
  void ignoreIfActiveLeavesTheFirstActivity() throws WorkspaceFault {
    started("a");
    operations.markActive("a", false, true, Caller.MANAGER);
    Instant first = now;
    advance(Duration.ofMinutes(1));
    operations.markActive("a", true, true, Caller.MANAGER);

    assertThat(operations.describe("a").lastActivity()).contains(first);
    assertThat(operations.describe("a").workspace().controls().closed()).isFalse();
  }

  @Test
  void closedOnesEndSooner() throws WorkspaceFault {
    started("a");
    operations.markActive("a", true, false, Caller.MANAGER);
    settle();
    advance(Duration.ofMinutes(2));

    assertThat(conditions("a").timeout()).contains("after being closed");
  }

  @Test
  void settingTheTimeoutSwitchesTheClosedOneOff() throws WorkspaceFault {
    started("a");
    operations.markActive("a", true, false, Caller.MANAGER);
    operations.setTimeout("a", TimeoutKind.WORKSPACE, "1h", Caller.MANAGER);
    settle();
    advance(Duration.ofMinutes(59));

    assertThat(phase("a")).isEqualTo(Phase.RUNNING);
    operations.setTimeout("a", TimeoutKind.CLOSED, "1m", Caller.MANAGER);
    settle();
    assertThat(phase("a")).isEqualTo(Phase.STOPPED);
  }

  @Test
  void nothingTimesOutUnderMaintenance() throws WorkspaceFault {
    started("a");
    operations.markActive("a", false, false, Caller.MANAGER);
    maintenance.set(Optional.of(now.plus(Duration.ofHours(2))), Caller.MANAGER);
    settle();
    advance(Duration.ofHours(1));
    assertThat(phase("a")).isEqualTo(Phase.RUNNING);
    assertThatThrownBy(() -> operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER))
        .hasMessage("under maintenance");
    assertThatThrownBy(() -> operations.start(Workspaces.request("b"), Caller.MANAGER))
        .hasMessage("under maintenance");
    advance(Duration.ofHours(1));

    assertThat(phase("a")).isEqualTo(Phase.STOPPED);
  }

  @Test
  void portsAreReplacedAndRemoved() throws WorkspaceFault {
    started("a");
    PortRequest open = new PortRequest(3000, PortVisibility.PUBLIC, PortProtocol.HTTP);
    PortRequest tls = new PortRequest(3000, PortVisibility.PRIVATE, PortProtocol.HTTPS);
    operations.controlPort("a", true, open, Caller.MANAGER);
    operations.controlPort("a", true, tls, Caller.MANAGER);

    assertThat(operations.describe("a").workspace().controls().ports())
        .containsExactly(
            new ExposedPort(3000, PortVisibility.PRIVATE, PortProtocol.HTTPS, "http://h/a:3000"));
    operations.controlPort("a", false, tls, Caller.MANAGER);
    operations.controlPort("a", false, tls, Caller.MANAGER);
    assertThat(operations.describe("a").workspace().controls().ports()).isEmpty();
  }

  @Test
  void stoppedOnesAreNotFoundWhereTheyCannotChange() throws WorkspaceFault {
    started("a");
    operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    settle();
    List<ThrowableAssert.ThrowingCallable> calls =
        List.of(
            () -> operations.markActive("a", false, false, Caller.MANAGER),
            () -> operations.setTimeout("a", TimeoutKind.CLOSED, "1m", Caller.MANAGER),
            () -> operations.controlAdmission("a", AdmissionLevel.EVERYONE, Caller.MANAGER),
            () ->
                operations.controlPort(
                    "a",
                    true,
                    new PortRequest(1, PortVisibility.PUBLIC, PortProtocol.HTTP),
                    Caller.MANAGER));

    assertThat(calls)
        .allSatisfy(
            call ->
                assertThat(catchThrowableOfType(WorkspaceFault.class, call).code())
                    .isEqualTo(WorkspaceFault.Code.NOT_FOUND));
  }

  @Test
  void limitsHold() throws WorkspaceFault {
    limits = new Limits.Settings(Map.of("StartWorkspace", 2), 1, 0);
    start();
    started("a");

    assertThatThrownBy(() -> operations.start(Workspaces.request("b"), Caller.MANAGER))
        .hasMessageContaining("owner has 1 instances");
    Limits calls = new Limits(limits, () -> now);
    calls.acquire("StartWorkspace");
    calls.acquire("StartWorkspace");
    assertThatThrownBy(() -> calls.acquire("StartWorkspace"))
        .hasMessageContaining("too many requests");
    now = now.plusMillis(500);
    calls.acquire("StartWorkspace");
    calls.acquire("StopWorkspace");
  }

  @ParameterizedTest
  @EnumSource(
      value = Observation.Exit.Cause.class,
      names = {"EXITED", "OUT_OF_MEMORY", "EVICTED", "DELETED", "NODE_LOST"})
  void aMainProcessThatEndsByItselfIsAFailure(Observation.Exit.Cause cause) throws WorkspaceFault {
    started("a");
    runtime.show(
        "a",
        runtime
            .observe("a")
            .with(
                o ->
                    o.stage(Observation.Stage.ENDED)
                        .exit(
                            Optional.of(
                                new Observation.Exit(cause, OptionalInt.of(0), now, "bye")))));
    settle();

    assertThat(conditions("a").failed()).endsWith(": bye");
    assertThat(conditions("a").finalBackupComplete())
        .isEqualTo(cause != Observation.Exit.Cause.NODE_LOST);
    assertThat(phase("a")).isEqualTo(Phase.STOPPED);
  }
}
