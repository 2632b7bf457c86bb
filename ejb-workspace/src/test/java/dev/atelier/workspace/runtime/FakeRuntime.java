// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Runs nothing: instances are at once what was asked for, or what the test shows of them. */
public class FakeRuntime implements WorkspaceRuntime {
  private final Map<String, Observation> shown = new ConcurrentHashMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final List<String> commands = new CopyOnWriteArrayList<>();

  /** Shows an observation of an instance. */
  public void show(String id, Observation observation) {
    shown.put(id, observation);
    listeners.forEach(listener -> listener.accept(id));
  }

  /** What it was told to do, in order: the command and the instance. */
  public List<String> commands() {
    return new ArrayList<>(commands);
  }

  @Override
  public void start(Collection<Workspace> known) {
    commands.add("start " + known.size());
  }

  @Override
  public Observation observe(String id) {
    return shown.getOrDefault(id, Observation.ABSENT);
  }

  @Override
  public void launch(Workspace workspace) {
    commands.add("launch " + workspace.id());
    show(
        workspace.id(),
        Observation.ABSENT.with(
            o -> o.stage(Observation.Stage.STARTED).contentReady(true).ready(true)));
  }

  @Override
  public void terminate(String id, Duration grace) {
    commands.add("terminate " + id);
    show(id, observe(id).with(o -> o.stage(Observation.Stage.ENDED).ready(false)));
  }

  @Override
  public void copy(Workspace workspace, Capture capture) {
    commands.add("copy " + workspace.id());
    Capture.Seen copied =
        new Capture.Seen(
            capture.id(),
            Observation.SaveState.COMPLETE,
            "copied:" + capture.id(),
            Duration.ofSeconds(1),
            "");
    show(workspace.id(), observe(workspace.id()).withCaptures(List.of(copied)));
  }

  @Override
  public void dispose(Workspace workspace, Save save) {
    commands.add("dispose " + workspace.id());
    show(
        workspace.id(),
        observe(workspace.id())
            .withDisposal(
                new Observation.Disposal(
                    Observation.SaveState.COMPLETE,
                    "saved:" + workspace.id(),
                    Optional.empty(),
                    "")));
  }

  @Override
  public void remove(Workspace workspace) {
    commands.add("remove " + workspace.id());
    if (shown.remove(workspace.id()) != null) {
      listeners.forEach(listener -> listener.accept(workspace.id()));
    }
  }

  @Override
  public void watch(Consumer<String> listener) {
    listeners.add(listener);
  }

  @Override
  public List<String> problems() {
    return List.of();
  }
}
