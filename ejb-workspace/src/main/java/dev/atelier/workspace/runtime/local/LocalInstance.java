// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspace;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What the manager has in memory of one instance; made anew from its folder after a restart. */
final class LocalInstance {
  final String id;
  final InstanceFolder folder;
  private final Workspace workspace;

  private volatile Observation seen = Observation.ABSENT;
  private Optional<Instant> killAt = Optional.empty();
  private Optional<Thread> initializer = Optional.empty();
  private Optional<ProcessHandle> launcher = Optional.empty();
  private final Set<Runnable> endListeners = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final CompletableFuture<Void> letGoOf = new CompletableFuture<>();
  private Optional<Thread> saver = Optional.empty();
  private boolean letGo;
  private boolean launched;

  LocalInstance(Workspace workspace, InstanceFolder folder) {
    this.id = workspace.id();
    this.workspace = workspace;
    this.folder = folder;
  }

  /** As it was when the runtime first heard of it. */
  Workspace workspace() {
    return workspace;
  }

  Observation seen() {
    return seen;
  }

  /** Only with the lock of this instance held. */
  void see(Observation observation) {
    seen = observation;
    if (ended()) {
      endListeners.forEach(Runnable::run);
      end.complete(null);
    }
  }

  /** Calls when it has ended, which may be before this returns; with the lock held. */
  synchronized void tellOfEnd(Runnable listener) {
    endListeners.add(listener);
    if (ended()) {
      listener.run();
    }
  }

  void tellNoMoreOfEnd(Runnable listener) {
    endListeners.remove(listener);
  }

  /** Complete once it has ended; what depends on it runs with the lock held. */
  CompletableFuture<Void> end() {
    return end;
  }

  boolean ended() {
    return seen.stage() == Stage.ENDED;
  }

  synchronized boolean terminating() {
    return killAt.isPresent();
  }

  synchronized Optional<Instant> killAt() {
    return killAt;
  }

  /** Notes when it is killed; false when it is killed as early already. */
  synchronized boolean killAt(Instant at) {
    if (killAt.isPresent() && !at.isBefore(killAt.get())) {
      return false;
    }
    killAt = Optional.of(at);
    return true;
  }

  /** Begins work that an end interrupts; false when it is to end already. */
  synchronized boolean beginInitialization() {
    if (terminating()) {
      return false;
    }
    initializer = Optional.of(Thread.currentThread());
    return true;
  }

  /** After it, no interrupt comes any more; one that came is cleared. */
  synchronized void endInitialization() {
    initializer = Optional.empty();
    Thread.interrupted();
  }

  /** Whether content is being made; interrupts that. */
  synchronized boolean interruptInitialization() {
    initializer.ifPresent(Thread::interrupt);
    return initializer.isPresent();
  }

  /** Begins to save its content; false when its content is let go of, or is being saved. */
  synchronized boolean beginSave() {
    if (letGo || saver.isPresent()) {
      return false;
    }
    saver = Optional.of(Thread.currentThread());
    return true;
  }

  /** After it, no interrupt comes any more; one that came is cleared. */
  synchronized void endSave() {
    saver = Optional.empty();
    if (letGo) {
      Thread.interrupted();
      letGoOf.complete(null);
    }
  }

  /**
   * From now on nothing of it is saved. Complete once no save goes on; what depends on it runs with
   * the lock held.
   */
  synchronized CompletableFuture<Void> letGo() {
    letGo = true;
    saver.ifPresentOrElse(Thread::interrupt, () -> letGoOf.complete(null));
    return letGoOf;
  }

  synchronized boolean launched() {
    return launched;
  }

  /** An earlier manager has launched it. */
  synchronized void setLaunched() {
    launched = true;
  }

  /** This manager has launched it; the launcher may not have said who it is yet. */
  synchronized void setLaunched(ProcessHandle by) {
    launched = true;
    launcher = Optional.of(by);
  }

  /** Whether the process that this manager has started runs still. */
  synchronized boolean launcherRuns() {
    return launcher.filter(ProcessHandle::isAlive).isPresent();
  }
}
