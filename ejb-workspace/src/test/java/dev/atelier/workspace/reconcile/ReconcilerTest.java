package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.runtime.FakeRuntime;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
  private final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  private final WorkspaceTracker tracker = new WorkspaceTracker(change -> {});
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final Map<String, Instant> armed = new HashMap<>();

  private Reconciler reconciler(FakeRuntime runtime) {
    return new Reconciler(
        store,
        runtime,
        new Lifecycle(new Timeouts(TimeoutSettings.DEFAULT)),
        tracker,
        new Activities(),
        Optional::empty,
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
        () -> Workspaces.CREATED,
        new Random(1));
  }

  private void settle() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
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
}
