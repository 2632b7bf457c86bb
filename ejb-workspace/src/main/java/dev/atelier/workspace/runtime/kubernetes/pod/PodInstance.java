// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Disposal;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.WorkspaceStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this manager knows of an instance beside its pod; lost with the process, and found again by
 * doing things again. Guarded by itself.
 */
final class PodInstance {
  private static final int KEPT_CAPTURES = 8;

  final String id;

  /** What has a worker, each with what that is to do next. */
  private final Map<String, Optional<PodTasks.Work>> work = new HashMap<>();

  private final List<Capture.Seen> captures = new ArrayList<>();
  private Optional<Made> content = Optional.empty();
  private Optional<AgentResult> lastCopy = Optional.empty();
  private boolean contentAsked;
  private boolean delivery;
  private boolean launching;
  private boolean cancelled;
  private boolean waitsForContent;
  private String message = "";
  private String failure = "";
  private String unsaved = "";
  private Optional<Duration> told = Optional.empty();
  private boolean toldAbort;
  private String letGo = "";
  private String erasing = "";

  /** How its content was made. */
  private record Made(InitializerMetrics metrics, String note) {}

  PodInstance(String id) {
    this.id = id;
  }

  /** Whether a worker is needed: where the same is under way, its worker goes on with this one. */
  synchronized boolean ask(String name, PodTasks.Work next) {
    return work.put(name, Optional.of(next)) == null;
  }

  /** What was asked for last and has not begun; empty: its worker is done. */
  synchronized Optional<PodTasks.Work> next(String name) {
    Optional<PodTasks.Work> next = work.getOrDefault(name, Optional.empty());
    if (next.isPresent()) {
      work.put(name, Optional.empty());
    } else {
      work.remove(name);
    }
    return next;
  }

  /** It has no worker any more. */
  synchronized void forget(String name) {
    work.remove(name);
  }

  /** It was asked for, and has no pod yet. */
  synchronized void launch() {
    launching = true;
    cancelled = false;
    told = Optional.empty();
    toldAbort = false;
  }

  /** It waits for something before there can be a pod. */
  synchronized boolean say(String text, boolean content) {
    boolean changed = !message.equals(text);
    message = text;
    waitsForContent = content;
    return changed;
  }

  /** There can be no pod. */
  synchronized void fail(String why) {
    failure = why;
  }

  /** Its content cannot be saved. */
  synchronized void unsaved(String why) {
    unsaved = why;
  }

  /** There shall be no pod. */
  synchronized void cancel() {
    cancelled = true;
  }

  synchronized boolean cancelled() {
    return cancelled;
  }

  /** Whether the pod of that uid was not let go of before. */
  synchronized boolean letGo(String uid) {
    boolean news = !letGo.equals(uid);
    letGo = uid;
    return news;
  }

  /** Whether credentials are to be erased from the pod of that uid: nobody has begun to. */
  synchronized boolean beginErasing(String uid) {
    boolean news = !erasing.equals(uid);
    erasing = uid;
    return news;
  }

  /** Whoever had begun to erase may have stopped. */
  synchronized void forgetErasing() {
    erasing = "";
  }

  synchronized void contentMade(AgentResult result) {
    content = Optional.of(new Made(KeeperReport.metrics(result), KeeperReport.note(result)));
  }

  /** The same, as another manager recorded it: nobody need ask. */
  synchronized void contentRecorded(WorkspaceStatus status) {
    content = Optional.of(new Made(status.initializerMetrics(), status.progress().note()));
    contentAsked = true;
  }

  /** Whether the keeper is to be asked how the content was made: nobody has. */
  synchronized boolean askForContent() {
    boolean news = !contentAsked;
    contentAsked = true;
    return news;
  }

  /** It cannot be asked now. */
  synchronized void contentUnknown() {
    contentAsked = false;
  }

  /** Whether its pod is to be given what is known of it: nobody has begun to. */
  synchronized boolean beginDelivery() {
    boolean news = !delivery;
    delivery = true;
    return news;
  }

  /** Whether the keeper is to be told, since it was not, or of something harsher. */
  synchronized boolean tell(Duration grace, boolean abort) {
    boolean news = told.map(before -> grace.compareTo(before) < 0).orElse(true);
    boolean harsher = abort && !toldAbort;
    told = news ? Optional.of(grace) : told;
    toldAbort = toldAbort || abort;
    return news || harsher;
  }

  /** Whether a copy may be asked for: none is under way, and this one is not over. */
  synchronized boolean beginCopy(Capture capture) {
    boolean taken =
        captures.stream()
            .anyMatch(c -> c.id().equals(capture.id()) || c.state() == SaveState.RUNNING);
    if (!taken) {
      see(new Capture.Seen(capture.id(), SaveState.RUNNING, "", Duration.ZERO, ""));
    }
    return !taken;
  }

  /** Whether a copy is under way. */
  synchronized boolean copying() {
    return captures.stream().anyMatch(one -> one.state() == SaveState.RUNNING);
  }

  synchronized void see(Capture.Seen seen) {
    captures.removeIf(one -> one.id().equals(seen.id()));
    captures.add(seen);
    while (captures.size() > KEPT_CAPTURES) {
      captures.remove(0);
    }
  }

  synchronized void copied(AgentResult result) {
    lastCopy = Optional.of(result);
  }

  /** What is seen where there is no pod. */
  synchronized Observation withoutPod() {
    if (!failure.isEmpty()) {
      String why = failure;
      return Observation.ABSENT.with(o -> o.stage(Stage.ENDED).failure(why));
    }
    if (cancelled) {
      return Observation.ABSENT.withStage(Stage.ENDED);
    }
    if (!launching) {
      return Observation.ABSENT;
    }
    String text = message;
    Stage stage = waitsForContent ? Stage.INITIALIZING : Stage.WAITING;
    return Observation.ABSENT.with(o -> o.stage(stage).message(text));
  }

  /** Adds to what is seen of its pod what its keeper has told. */
  synchronized Observation with(Observation seen) {
    List<Capture.Seen> all = new ArrayList<>(seen.captures());
    for (Capture.Seen one : captures) {
      if (all.stream().noneMatch(other -> other.id().equals(one.id()))) {
        all.add(one);
      }
    }
    return seen.with(
        o -> {
          o.captures(all);
          if (!unsaved.isEmpty() && seen.disposal().state() == SaveState.NONE) {
            o.disposal(new Disposal(SaveState.FAILED, "", Optional.empty(), unsaved));
          }
          content.ifPresent(
              made -> {
                if (seen.initializerMetrics().steps().isEmpty()) {
                  o.initializerMetrics(made.metrics());
                }
                if (seen.note().isEmpty()) {
                  o.note(made.note());
                }
              });
          if (seen.repo().isEmpty()) {
            lastCopy.flatMap(KeeperReport::repo).ifPresent(repo -> o.repo(Optional.of(repo)));
          }
        });
  }
}
