// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.runtime.FakeRuntime;
import dev.atelier.workspace.store.MemorySnapshotStore;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
  private final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  private final WorkspaceTracker tracker = new WorkspaceTracker(change -> {}, Runnable::run);
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final Map<String, Instant> armed = new HashMap<>();
  private Instant now = Workspaces.CREATED;
  private Optional<Instant> maintained = Optional.empty();

  private Reconciler reconciler(FakeRuntime runtime) {
    return reconciler(store, runtime);
  }

  private Reconciler reconciler(WorkspaceStore kept, FakeRuntime runtime) {
    return new Reconciler(
        kept,
        runtime,
        new Lifecycle(new Timeouts(TimeoutSettings.DEFAULT)),
        tracker,
        Snapshots.of(new MemorySnapshotStore(), tracker, id -> false),
        new Activities(),
        () -> maintained,
        new Deadlines() {
          @Override
          public void arm(String id, Instant when) {
            armed.put(id, when);
          }

          @Override
          public void disarm(String id) {
            armed.remove(id);
          }
        },
        work::add,
        1,
        () -> now,
        new Random(1));
  }

  private void settle() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  @Test
  void whatTheRuntimeGoesOnWithFindsTheInstancesThatItWaitsFor() throws WorkspaceFault {
    store.create(
        Workspaces.pending("a"), new WorkspaceSecrets("token", List.of(), Optional.empty()));
    List<Boolean> known = new ArrayList<>();
    FakeRuntime runtime =
        new FakeRuntime() {
          @Override
          public void start(Collection<Workspace> instances) {
            known.add(tracker.get("a").isPresent());
            super.start(instances);
          }
        };

    reconciler(runtime).start();

    assertThat(known).containsExactly(true);
  }

  @Test
  void looksAtNothingBeforeTheRuntimeHasFoundItsInstancesAgain() throws WorkspaceFault {
    FakeRuntime runtime =
        new FakeRuntime() {
          @Override
          public void start(Collection<Workspace> known) {
            try {
              store.create(
                  Workspaces.pending("a"),
                  new WorkspaceSecrets("token", List.of(), Optional.empty()));
            } catch (WorkspaceFault fault) {
              throw new IllegalStateException(fault);
            }
            settle();
            super.start(known);
          }
        };
    reconciler(runtime).start();
    settle();

    assertThat(runtime.commands()).containsExactly("start 0", "launch a");
  }

  @Test
  void armsForEveryInstanceNoLaterThanItsDeadline() throws WorkspaceFault {
    store.create(
        Workspaces.pending("a"), new WorkspaceSecrets("token", List.of(), Optional.empty()));
    reconciler(new FakeRuntime()).start();
    settle();

    assertThat(armed).containsOnlyKeys("a");
    assertThat(armed.get("a"))
        .isBeforeOrEqualTo(Workspaces.CREATED.plus(TimeoutSettings.DEFAULT.startup()));
  }

  @Test
  void anErrorIsHandedOnAndTheInstanceLookedAtAgain() throws WorkspaceFault {
    store.create(
        Workspaces.pending("a"), new WorkspaceSecrets("token", List.of(), Optional.empty()));
    List<Error> errors = new ArrayList<>(List.of(new OutOfMemoryError("of threads")));
    FakeRuntime runtime =
        new FakeRuntime() {
          @Override
          public void launch(Workspace workspace) {
            if (!errors.isEmpty()) {
              throw errors.remove(0);
            }
            super.launch(workspace);
          }
        };
    Reconciler reconciler = reconciler(runtime);
    reconciler.start();

    assertThatThrownBy(this::settle).isInstanceOf(OutOfMemoryError.class);

    assertThat(armed).containsOnlyKeys("a");
    assertThat(armed.get("a")).isBefore(Workspaces.CREATED.plusSeconds(1));
    reconciler.due("a");
    settle();
    assertThat(runtime.commands()).containsExactly("start 1", "launch a");
  }

  /** Another manager may have gone on in its place, under maintenance that it does not know of. */
  @Test
  void whatWasSeenBeforeAStandstillDecidesNothing() throws WorkspaceFault {
    MemoryWorkspaceStore slow =
        new MemoryWorkspaceStore() {
          @Override
          public synchronized Optional<Workspace> update(String id, Workspace.Change change)
              throws WorkspaceFault {
            if (maintained.isEmpty()) {
              now = now.plusSeconds(20);
              maintained = Optional.of(now.plus(Duration.ofHours(2)));
            }
            return super.update(id, change);
          }
        };
    slow.create(
        Workspaces.pending("a"), new WorkspaceSecrets("token", List.of(), Optional.empty()));
    now = now.plus(TimeoutSettings.DEFAULT.startup());
    reconciler(slow, new FakeRuntime()).start();
    settle();

    assertThat(maintained).isPresent();
    assertThat(slow.get("a").orElseThrow().status().conditions().timeout()).isEmpty();
  }

  @Test
  void tellsOfEveryCopyThatIsOverOnce() throws WorkspaceFault {
    store.create(
        Workspaces.pending("a"), new WorkspaceSecrets("token", List.of(), Optional.empty()));
    Reconciler reconciler = reconciler(new FakeRuntime());
    List<String> over = new ArrayList<>();
    reconciler.watchCopies(
        (workspace, outcome, took) ->
            over.add(workspace.id() + " " + outcome.kind() + " " + took.orElseThrow()));
    reconciler.start();
    settle();

    store.update("a", ReconcilerTest::withSnapshot);
    settle();
    reconciler.enqueueAll();
    settle();

    assertThat(over).containsExactly("a SNAPSHOT PT1S");
  }

  private static Workspace withSnapshot(Workspace workspace) {
    Progress progress = workspace.status().progress();
    return workspace.withStatus(
        workspace
            .status()
            .withProgress(
                progress.withCaptures(
                    progress.captures().withSnapshot("snapshot", Workspaces.CREATED))));
  }

  @Test
  void afterAWriteWhoseAnswerWasLostItGoesByWhatIsRecorded() throws WorkspaceFault {
    MemoryWorkspaceStore durable = new MemoryWorkspaceStore();
    Workspace started = Workspaces.pending("a");
    durable.create(started, new WorkspaceSecrets("token", List.of(), Optional.empty()));
    WorkspaceStore lossy = new LossyStore(durable);
    FakeRuntime runtime = new FakeRuntime();
    Reconciler reconciler = reconciler(lossy, runtime);
    runtime.show("a", Observation.ABSENT.withStage(Observation.Stage.CREATING));
    reconciler.start();
    settle();
    assertThat(durable.get("a")).map(Workspace::phase).contains(Phase.CREATING);
    assertThat(tracker.get("a")).contains(started);

    runtime.show("a", Observation.ABSENT);
    reconciler.due("a");
    settle();

    assertThat(runtime.commands()).doesNotContain("launch a");
    assertThat(durable.get("a").orElseThrow().status().conditions().failed())
        .contains("disappeared");
  }

  /** Makes the first update and fails then, and tells nobody of anything. */
  private static final class LossyStore implements WorkspaceStore {
    private final WorkspaceStore store;
    private boolean lost;

    LossyStore(WorkspaceStore store) {
      this.store = store;
    }

    @Override
    public void create(Workspace workspace, WorkspaceSecrets secrets) throws WorkspaceFault {
      store.create(workspace, secrets);
    }

    @Override
    public Optional<Workspace> get(String id) throws WorkspaceFault {
      return store.get(id);
    }

    @Override
    public List<Workspace> list() throws WorkspaceFault {
      return store.list();
    }

    @Override
    public Optional<WorkspaceSecrets> secrets(String id) throws WorkspaceFault {
      return store.secrets(id);
    }

    @Override
    public Optional<Workspace> update(String id, Workspace.Change change) throws WorkspaceFault {
      Optional<Workspace> updated = store.update(id, change);
      if (!lost) {
        lost = true;
        throw WorkspaceFault.unavailable("lost");
      }
      return updated;
    }

    @Override
    public void delete(String id) throws WorkspaceFault {
      store.delete(id);
    }

    @Override
    public void watch(Consumer<StoreChange> listener) {}
  }
}
