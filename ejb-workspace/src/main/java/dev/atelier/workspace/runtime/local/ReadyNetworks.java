// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * A few networks that are made while nothing starts, so that a start need not wait for its own.
 * They end with the manager.
 */
final class ReadyNetworks implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ReadyNetworks.class.getName());

  /** Since the last start: one more is then unlikely to compete with the making of a network. */
  static final Duration QUIET = Duration.ofMillis(500);

  private final InstanceNetworks networks;
  private final Path folder;
  private final int size;
  private final InstantSource clock;
  private final BiConsumer<Duration, Runnable> timer;
  private final Deque<InstanceNetwork> ready = new ArrayDeque<>();
  private Instant lastTaken;
  private boolean filling;
  private boolean closed;

  /**
   * Makes none yet.
   *
   * @param folder where nothing else is
   * @param size how many are kept ready; zero: none
   * @param timer runs something that may block after a delay
   */
  ReadyNetworks(
      InstanceNetworks networks,
      Path folder,
      int size,
      InstantSource clock,
      BiConsumer<Duration, Runnable> timer) {
    this.networks = networks;
    this.folder = folder;
    this.size = size;
    this.clock = clock;
    this.timer = timer;
    this.lastTaken = clock.instant();
  }

  /** Makes the machine ready, forgets those of an earlier manager, and begins to make some. */
  void open() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> lifelines = Files.newDirectoryStream(folder)) {
      for (Path lifeline : lifelines) {
        Files.delete(lifeline);
      }
    }
    networks.open();
    fillLater();
  }

  /** A network that nobody else has or gets: a ready one, else one that is made now. */
  InstanceNetwork take() throws IOException, InterruptedException {
    String surroundings = networks.surroundings();
    InstanceNetwork network = poll();
    while (network != null && !network.usable(surroundings)) {
      network.close();
      network = poll();
    }
    fillLater();
    return network == null ? make(surroundings) : network;
  }

  private synchronized InstanceNetwork poll() {
    lastTaken = clock.instant();
    return ready.poll();
  }

  private InstanceNetwork make(String surroundings) throws IOException, InterruptedException {
    return InstanceNetwork.make(
        networks, surroundings, folder.resolve(UUID.randomUUID().toString()));
  }

  private synchronized void fillLater() {
    if (!filling && !closed && ready.size() < size) {
      filling = true;
      timer.accept(QUIET, this::fill);
    }
  }

  private void fill() {
    boolean quiet;
    synchronized (this) {
      filling = false;
      quiet = !clock.instant().isBefore(lastTaken.plus(QUIET));
    }
    try {
      if (quiet) {
        keep(make(networks.surroundings()));
      }
      fillLater();
    } catch (IOException e) {
      // Whoever starts next tries again, and fails with the cause.
      LOG.log(Level.DEBUG, "no network is ready", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(InstanceNetwork network) throws IOException {
    synchronized (this) {
      if (!closed) {
        ready.add(network);
        return;
      }
    }
    network.close();
  }

  /** How many are ready. */
  synchronized int count() {
    return ready.size();
  }

  /** Ends those that are ready; those that were taken stay. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
    }
    for (InstanceNetwork network = poll(); network != null; network = poll()) {
      networks.disconnect(network.connection());
      network.close();
    }
    networks.close();
  }
}
