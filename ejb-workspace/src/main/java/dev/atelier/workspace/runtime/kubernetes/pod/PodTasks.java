// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.WorkspaceFault;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Work for instances that may block, tried again where that may help; no two of a kind at once. */
final class PodTasks implements AutoCloseable {
  static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final Logger LOG = System.getLogger(PodTasks.class.getName());
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration AFTER_FAULT = Duration.ofMillis(7500);

  private final Workers workers;
  private final ScheduledExecutorService timer;
  private volatile boolean acts;
  private volatile boolean closed;

  PodTasks(Workers workers, ScheduledExecutorService timer) {
    this.workers = workers;
    this.timer = timer;
  }

  /** Runs what is asked for from now on. */
  void act() {
    acts = true;
  }

  /** Runs no more but what is commanded anyhow: another manager goes on with what was begun. */
  void rest() {
    acts = false;
  }

  boolean acts() {
    return acts;
  }

  /** Work that may fail, whose failure is logged with the instance's name. */
  @FunctionalInterface
  interface Work {
    void run() throws WorkspaceFault;
  }

  /** The first run of work that was commanded: a fault where there is no room for it. */
  void command(PodInstance instance, String name, Work work) throws WorkspaceFault {
    try {
      run(instance, name, work);
    } catch (RejectedExecutionException e) {
      throw WorkspaceFault.unavailable("this manager is too busy, or ending", e);
    }
  }

  /** As {@link #command}, whether this manager acts or not. */
  void commandAnyhow(PodInstance instance, String name, Work work) throws WorkspaceFault {
    try {
      runAnyhow(instance, name, work);
    } catch (RejectedExecutionException e) {
      throw WorkspaceFault.unavailable("this manager is too busy, or ending", e);
    }
  }

  /**
   * Runs it on a worker, after the same where that is under way; not where another manager acts.
   */
  void run(PodInstance instance, String name, Work work) {
    if (acts) {
      runAnyhow(instance, name, work);
    }
  }

  private void runAnyhow(PodInstance instance, String name, Work work) {
    if (!instance.ask(name, work)) {
      return;
    }
    boolean accepted = false;
    try {
      workers.execute(() -> runAll(instance, name));
      accepted = true;
    } finally {
      if (!accepted) {
        instance.forget(name);
      }
    }
  }

  private void runAll(PodInstance instance, String name) {
    boolean over = false;
    try {
      for (var work = instance.next(name); work.isPresent(); work = instance.next(name)) {
        guarded(instance, name, work.get());
      }
      over = true;
    } finally {
      if (!over) {
        instance.forget(name);
      }
    }
  }

  private void guarded(PodInstance instance, String name, Work work) {
    try {
      work.run();
    } catch (WorkspaceFault | KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": " + name + ", to be tried again", e);
      runAfter(AFTER_FAULT, instance, name, work);
    } catch (RuntimeException e) {
      unexpected("instance " + instance.id + ": " + name, e);
      runAfter(AFTER_FAULT, instance, name, work);
    }
  }

  /** What is under way when all is closed fails in any way. */
  private void unexpected(String what, RuntimeException fault) {
    LOG.log(closed ? Level.DEBUG : Level.ERROR, what + ": unexpected fault", fault);
  }

  /** Runs it after a while. */
  void runAfter(Duration delay, PodInstance instance, String name, Work work) {
    after(delay, () -> run(instance, name, work));
  }

  /** Goes on with an answer on a worker. */
  void then(CompletableFuture<String> answer, Consumer<String> well, Consumer<Throwable> badly) {
    CompletableFuture<String> unused =
        answer.whenCompleteAsync(
            (text, fault) -> {
              try {
                if (fault == null) {
                  well.accept(text);
                } else {
                  badly.accept(fault);
                }
              } catch (IllegalArgumentException e) {
                badly.accept(e);
              } catch (RuntimeException e) {
                unexpected("after a keeper's answer", e);
              }
            },
            workers);
  }

  /**
   * Runs it on a worker.
   *
   * @throws RejectedExecutionException there is no room for it
   */
  void execute(Runnable work) {
    workers.execute(work);
  }

  /** Does something short after a while. */
  void after(Duration delay, Runnable work) {
    try {
      var unused = timer.schedule(work, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "left to the next start of the manager");
    }
  }

  static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    workers.close();
  }
}
