// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static dev.atelier.workspace.runtime.kubernetes.pod.PodTasks.FIRST_PAUSE;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.WorkspaceFault;
import io.fabric8.kubernetes.api.model.Pod;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Has keepers copy the content of instances that run. */
final class PodCopies {
  private static final Logger LOG = System.getLogger(PodCopies.class.getName());
  private static final String COPY = "copy";

  private final PodWatch watch;
  private final KeeperExec keepers;
  private final PodTasks tasks;
  private final Duration longest;
  private final Consumer<PodInstance> begun;
  private final Consumer<String> tell;
  private final InstantSource clock;

  /**
   * Copies nothing by itself.
   *
   * @param longest the time that a copy may take
   * @param begun told of instances of which a copy has begun or is over
   */
  PodCopies(
      PodWatch watch,
      KeeperExec keepers,
      PodTasks tasks,
      Duration longest,
      Consumer<PodInstance> begun,
      Consumer<String> tell,
      InstantSource clock) {
    this.watch = watch;
    this.keepers = keepers;
    this.tasks = tasks;
    this.longest = longest;
    this.begun = begun;
    this.tell = tell;
    this.clock = clock;
  }

  void begin(PodInstance instance, Capture capture) throws WorkspaceFault {
    if (watch.pod(instance.id).isPresent() && instance.beginCopy(capture)) {
      Instant began = clock.instant();
      begun.accept(instance);
      tasks.command(instance, COPY, () -> copy(instance, capture, began, FIRST_PAUSE));
    }
  }

  private void copy(PodInstance instance, Capture capture, Instant began, Duration pause) {
    Optional<Pod> pod = watch.pod(instance.id);
    if (pod.isEmpty() || !new PodView(pod.get()).running(PodNames.KEEPER)) {
      over(instance, capture, began, Optional.empty(), "the instance has ended");
      return;
    }
    List<String> words = new ArrayList<>(List.of("/agent/ask", PodPaths.STATE, capture.id()));
    words.addAll(
        switch (capture.kind()) {
          case SNAPSHOT -> List.of("snapshot", capture.id());
          case BACKUP -> List.of("live-backup", Integer.toString(capture.number()));
        });
    tasks.then(
        keepers.run(pod.get().getMetadata().getName(), longest, words),
        text -> {
          AgentResult result = AgentResult.parse(text);
          instance.copied(result);
          boolean done = result.outcome() == AgentResult.Outcome.DONE;
          over(
              instance,
              capture,
              began,
              done ? Optional.of(KeeperReport.url(result)) : Optional.empty(),
              result.message());
        },
        fault -> {
          LOG.log(Level.DEBUG, "instance {0}: {1}", instance.id, fault.getMessage());
          Duration next = PodTasks.longer(pause);
          tasks.runAfter(pause, instance, COPY, () -> copy(instance, capture, began, next));
        });
  }

  private void over(
      PodInstance instance, Capture capture, Instant began, Optional<String> url, String message) {
    Duration took = Duration.between(began, clock.instant());
    SaveState state = url.isPresent() ? SaveState.COMPLETE : SaveState.FAILED;
    instance.see(new Capture.Seen(capture.id(), state, url.orElse(""), took, message));
    begun.accept(instance);
    tell.accept(instance.id);
  }
}
