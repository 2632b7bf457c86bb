// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench.idle;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Starts nothing: an instance is ready as soon as it is launched, gone as soon as it is ended. */
public final class IdleRuntime implements WorkspaceRuntime {
  private static final Observation READY =
      Observation.ABSENT.with(
          o ->
              o.stage(Observation.Stage.STARTED)
                  .contentReady(true)
                  .ready(true)
                  .runtime(new RuntimeInfo("idle", "idle", "127.0.0.1")));

  private final Map<String, Observation> seen = new ConcurrentHashMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  @Override
  public void start(Collection<Workspace> known) {
    known.forEach(workspace -> seen.put(workspace.id(), READY));
  }

  @Override
  public Observation observe(String id) {
    return seen.getOrDefault(id, Observation.ABSENT);
  }

  @Override
  public void launch(Workspace workspace) {
    show(workspace.id(), READY);
  }

  @Override
  public void terminate(String id, Duration grace) {
    show(id, observe(id).with(o -> o.stage(Observation.Stage.ENDED).ready(false)));
  }

  @Override
  public void copy(Workspace workspace, Capture capture) {
    show(
        workspace.id(),
        observe(workspace.id())
            .withCaptures(
                List.of(
                    new Capture.Seen(
                        capture.id(),
                        Observation.SaveState.FAILED,
                        "",
                        Duration.ZERO,
                        "this runtime has no content"))));
  }

  @Override
  public void dispose(Workspace workspace, Save save) {
    show(
        workspace.id(),
        observe(workspace.id())
            .withDisposal(
                new Observation.Disposal(
                    Observation.SaveState.COMPLETE, "", Optional.empty(), "")));
  }

  @Override
  public void remove(Workspace workspace) {
    seen.remove(workspace.id());
  }

  @Override
  public void watch(Consumer<String> listener) {
    listeners.add(listener);
  }

  @Override
  public List<String> problems() {
    return List.of();
  }

  private void show(String id, Observation observation) {
    seen.put(id, observation);
    listeners.forEach(listener -> listener.accept(id));
  }
}
