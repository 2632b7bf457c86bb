// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Observation;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What all instances of this machine share: its abilities, threads, clock, and who listens. */
final class LocalHost {
  private static final Logger LOG = System.getLogger(LocalHost.class.getName());

  final LocalRuntimeSettings settings;
  final Machine machine;
  final Sandbox sandbox;
  final InstantSource clock;
  final Optional<ReadyNetworks> networks;
  private final Workers workers;
  private final ScheduledExecutorService timer;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /**
   * Starts nothing.
   *
   * @param data the data folder
   * @param workers runs what may block; ends with this object
   * @param timer ends with this object; hands delayed work to {@code workers}
   */
  LocalHost(
      Path data,
      LocalRuntimeSettings settings,
      Machine machine,
      Sandbox sandbox,
      InstantSource clock,
      Workers workers,
      ScheduledExecutorService timer) {
    this.settings = settings;
    this.machine = machine;
    this.sandbox = sandbox;
    this.clock = clock;
    this.workers = workers;
    this.timer = timer;
    this.networks =
        machine
            .networks()
            .map(
                kind ->
                    new ReadyNetworks(
                        kind,
                        data.resolve("networks"),
                        settings.readyNetworks(),
                        clock,
                        this::after));
  }

  /** From now on a failure is the manager's end, not the instance's. */
  void close() {
    closed = true;
    timer.shutdownNow();
    workers.close();
  }

  /** Work that may fail, whose failure is logged with the instance's name. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  void watch(Consumer<String> listener) {
    listeners.add(listener);
  }

  Executor workers() {
    return workers;
  }

  void run(LocalInstance instance, Work work) {
    workers.execute(() -> guarded(instance, work));
  }

  void runAfter(Duration delay, LocalInstance instance, Work work) {
    after(delay, () -> guarded(instance, work));
  }

  void after(Duration delay, Runnable work) {
    // It fails only where the workers take nothing any more, at the end of the manager.
    Future<?> unused =
        timer.schedule(() -> workers.execute(work), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Nobody above could do anything about a failure here: it is logged, and the instance fails. */
  void guarded(LocalInstance instance, Work work) {
    try {
      work.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": left to the next start of the manager");
    } catch (IOException | RuntimeException e) {
      if (closed || Thread.currentThread().isInterrupted()) {
        LOG.log(Level.DEBUG, "instance " + instance.id + ": cut off by the manager's end", e);
        return;
      }
      LOG.log(Level.WARNING, "instance " + instance.id + ": " + e, e);
      update(
          instance,
          seen -> seen.failure().isEmpty() ? seen.withFailure("this machine failed: " + e) : seen);
    }
  }

  void update(LocalInstance instance, UnaryOperator<Observation> change) {
    boolean changed;
    synchronized (instance) {
      Observation before = instance.seen();
      Observation after = change.apply(before);
      changed = !after.equals(before);
      instance.see(after);
    }
    if (changed) {
      tell(instance.id);
    }
  }

  void tell(String id) {
    listeners.forEach(listener -> listener.accept(id));
  }

  ProcessTree processes(LocalInstance instance) {
    return new ProcessTree(sandbox, machine.groups(), instance.folder);
  }
}
