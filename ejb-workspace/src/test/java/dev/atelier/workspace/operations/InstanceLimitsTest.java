// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How many instances there may be, while many are started at once by a store that takes its time.
 */
@Timeout(60)
class InstanceLimitsTest {
  private static final int RACERS = 64;

  private final WorkspaceTracker tracker = new WorkspaceTracker(change -> {}, Runnable::run);
  private final SlowStore store = new SlowStore();
  private final ExecutorService threads = Executors.newFixedThreadPool(RACERS);

  /** Whose {@code create} waits before it writes, or is lost after that. */
  private static final class SlowStore extends MemoryWorkspaceStore {
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile String slowOwner = "";
    private volatile boolean away;
    private volatile boolean answerIsLost;
    private final Map<String, Made> untold = new ConcurrentHashMap<>();

    // It waits where other writes are not held up.
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public void create(Workspace workspace, WorkspaceSecrets secrets) throws WorkspaceFault {
      if (workspace.spec().owner().equals(slowOwner)) {
        writing.countDown();
        try {
          written.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      if (answerIsLost) {
        // Made, and told of before the store answers anything else of it.
        untold.put(workspace.id(), () -> super.create(workspace, secrets));
      }
      if (answerIsLost || away) {
        throw WorkspaceFault.unavailable("the store is away");
      }
      super.create(workspace, secrets);
    }

    @Override
    public synchronized Optional<Workspace> get(String id) {
      Made made = untold.remove(id);
      try {
        if (made != null) {
          made.tell();
        }
      } catch (WorkspaceFault fault) {
        throw new AssertionError(fault);
      }
      return super.get(id);
    }

    private interface Made {
      void tell() throws WorkspaceFault;
    }
  }

  private WorkspaceOperations operations(int ofOwner, int inAll) throws WorkspaceFault {
    store.watch(tracker::accept);
    tracker.fill(store.list());
    WorkspaceUrls urls = new WorkspaceUrls("http://{host}/{id}", "http://{host}/{id}:{port}", "h");
    AuditLog audit = new AuditLog();
    return new WorkspaceOperations(
        store,
        tracker,
        null,
        new Activities(),
        new StartRequestValidator(
            StartRequestValidatorTest.Classes.ONE, TimeoutSettings.DEFAULT, urls, Set.of("https")),
        StartRequestValidatorTest.Classes.ONE,
        urls,
        new Timeouts(TimeoutSettings.DEFAULT),
        new Maintenance(new NoMaintenance(), Optional.empty(), () -> Workspaces.CREATED, audit),
        new Limits(new Limits.Settings(Map.of(), ofOwner, inAll), () -> Workspaces.CREATED),
        new OwnerTokens(store),
        new FixedRandomness("token"),
        audit,
        () -> Workspaces.CREATED);
  }

  private record NoMaintenance() implements MaintenanceRecord {
    @Override
    public Optional<Instant> read() {
      return Optional.empty();
    }

    @Override
    public void write(Optional<Instant> until) {}
  }

  private static StartRequest request(String id, String owner) {
    StartRequest some = Workspaces.request(id);
    return new StartRequest(
        id,
        some.servicePrefix(),
        some.type(),
        new StartRequest.Metadata(
            owner, some.metadata().metaId(), Map.of(), Optional.empty(), Optional.empty()),
        some.spec(),
        some.unreadable());
  }

  private static void start(WorkspaceOperations operations, String id, String owner)
      throws WorkspaceFault {
    WorkspaceOperations.StartedWorkspace unused =
        operations.start(request(id, owner), Caller.MANAGER);
  }

  private static Code refusal(WorkspaceOperations operations, String id, String owner) {
    return catchThrowableOfType(WorkspaceFault.class, () -> start(operations, id, owner)).code();
  }

  private void stopped(String id) throws WorkspaceFault {
    Optional<Workspace> unused =
        store.update(
            id,
            workspace ->
                workspace.withStatus(Workspaces.in(Phase.STOPPED, WorkspaceType.REGULAR).status()));
  }

  @AfterEach
  void end() {
    store.written.countDown();
    threads.shutdownNow();
  }

  @Test
  void aStartThatIsSlowlyWrittenHoldsUpNoOther() throws Exception {
    WorkspaceOperations operations = operations(1, 10);
    store.slowOwner = "slow";
    Future<?> slow =
        threads.submit(
            () -> {
              start(operations, "a", "slow");
              return null;
            });
    store.writing.await();
    start(operations, "b", "other");

    assertThat(tracker.get("b")).isPresent();
    assertThat(refusal(operations, "c", "slow")).isEqualTo(Code.RESOURCE_EXHAUSTED);
    store.written.countDown();
    slow.get(10, TimeUnit.SECONDS);
    assertThat(tracker.get("a")).isPresent();
  }

  @Test
  void ofManyWhoStartAtOnceExactlyAsManyAsMayAreLetIn() throws Exception {
    WorkspaceOperations operations = operations(3, 10);
    for (int round = 0; round < 50; round++) {
      String prefix = "r" + round + "-";
      List<Callable<Boolean>> racers = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        String id = prefix + i;
        String owner = "owner-" + i % 8;
        racers.add(
            () -> {
              try {
                start(operations, id, owner);
                return true;
              } catch (WorkspaceFault fault) {
                assertThat(fault.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                return false;
              }
            });
      }
      int admitted = 0;
      for (Future<Boolean> racer : threads.invokeAll(racers)) {
        admitted += racer.get() ? 1 : 0;
      }
      assertThat(admitted).isEqualTo(10);
      assertThat(store.list().stream().filter(one -> !one.stopped())).hasSize(10);
      for (Workspace one : store.list()) {
        stopped(one.id());
        store.delete(one.id());
      }
    }
  }

  @Test
  void theSameIdStartedByManyTakesOnePlace() throws Exception {
    WorkspaceOperations operations = operations(2, 0);
    List<Callable<Boolean>> racers = new ArrayList<>();
    for (int i = 0; i < RACERS; i++) {
      racers.add(
          () -> {
            try {
              start(operations, "a", "owner");
              return true;
            } catch (WorkspaceFault fault) {
              assertThat(fault.code()).isEqualTo(Code.ALREADY_EXISTS);
              return false;
            }
          });
    }
    int admitted = 0;
    for (Future<Boolean> racer : threads.invokeAll(racers)) {
      admitted += racer.get() ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(1);
    start(operations, "b", "owner");
    assertThat(refusal(operations, "c", "owner")).isEqualTo(Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aPlaceIsGivenBackByAStartThatIsRefusedAndByAnInstanceThatStops() throws Exception {
    WorkspaceOperations operations = operations(1, 0);
    start(operations, "a", "other");
    StartRequest taken =
        new StartRequest(
            "b",
            Workspaces.request("a").servicePrefix(),
            WorkspaceType.REGULAR,
            request("b", "owner").metadata(),
            request("b", "owner").spec(),
            List.of());
    assertThatThrownBy(() -> operations.start(taken, Caller.MANAGER))
        .isInstanceOfSatisfying(
            WorkspaceFault.class, fault -> assertThat(fault.code()).isEqualTo(Code.ALREADY_EXISTS));
    start(operations, "c", "owner");
    assertThat(refusal(operations, "d", "owner")).isEqualTo(Code.RESOURCE_EXHAUSTED);
    stopped("c");
    start(operations, "d", "owner");
    // Known still, and refused for that.
    assertThat(refusal(operations, "c", "owner")).isEqualTo(Code.ALREADY_EXISTS);
  }

  @Test
  void aStartWhoseAnswerIsLostKeepsItsPlaceIfItWasMade() throws Exception {
    WorkspaceOperations operations = operations(1, 0);
    store.answerIsLost = true;
    assertThat(refusal(operations, "a", "owner")).isEqualTo(Code.UNAVAILABLE);
    store.answerIsLost = false;

    assertThat(refusal(operations, "b", "owner")).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(tracker.get("a")).isPresent();
    stopped("a");
    start(operations, "b", "owner");
  }

  @Test
  void aStartThatFailsWithTheStoreGivesItsPlaceBackOnceThatIsKnown() throws Exception {
    WorkspaceOperations operations = operations(1, 2);
    store.away = true;
    for (int i = 0; i < 10; i++) {
      assertThat(refusal(operations, "a" + i, "owner")).isEqualTo(Code.UNAVAILABLE);
    }
    store.away = false;
    start(operations, "b", "owner");

    assertThat(refusal(operations, "c", "owner")).isEqualTo(Code.RESOURCE_EXHAUSTED);
    start(operations, "d", "other");
    assertThat(refusal(operations, "e", "third")).isEqualTo(Code.RESOURCE_EXHAUSTED);
  }
}
