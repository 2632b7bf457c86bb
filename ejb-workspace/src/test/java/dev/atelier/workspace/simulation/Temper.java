// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How bad a seed's world is: each fault by itself often never happens, so that every mixture of
 * faults comes up.
 *
 * @param storeFaults how often the store fails before a change was made
 * @param doubtfulWrites how often it fails after one was made
 * @param commandFaults how often a command to the runtime fails, before or after it took effect
 * @param lossInside how often the process is lost inside a call of a port
 * @param losses how often it is lost between two steps
 * @param interleaving how often others go on while a port is called
 * @param slowness how long a call of a port takes at most
 * @param lateness how late notifications and timers come at most
 * @param mishaps how often instances fare badly
 * @param maintenances how often maintenance is set
 * @param closings how often the pool of the store's connections is closed for a while
 * @param otherVersions how often another version of the manager has had a record in its hands
 *     between two processes
 * @param standstills how often the manager stands still inside a call of a port, until another has
 *     gone on in its place
 */
record Temper(
    double storeFaults,
    double doubtfulWrites,
    double commandFaults,
    double lossInside,
    int losses,
    double interleaving,
    Duration slowness,
    Duration lateness,
    double mishaps,
    int maintenances,
    int closings,
    double otherVersions,
    double standstills) {

  /** Nothing fails, and nothing is late by more than a moment. */
  private static final Temper CALM =
      new Temper(
          0, 0, 0, 0, 0, 0.2, Duration.ofMillis(20), Duration.ofMillis(100), 0.3, 0, 0, 0, 0);

  static Temper of(RandomGenerator random) {
    if (random.nextInt(8) == 0) {
      return CALM;
    }
    return new Temper(
        maybe(random, 0.2),
        maybe(random, 0.1),
        maybe(random, 0.3),
        maybe(random, 0.01),
        random.nextBoolean() ? 0 : random.nextInt(8),
        maybe(random, 0.6),
        Duration.ofMillis(random.nextInt(4) == 0 ? 5_000 : 100),
        Duration.ofMillis(random.nextInt(3) == 0 ? 8_000 : 300),
        maybe(random, 0.8),
        random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0,
        random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 0,
        maybe(random, 0.2),
        random.nextInt(3) == 0 ? random.nextDouble() * 0.004 : 0);
  }

  /** The same world once all faults have ceased; what befalls instances goes on. */
  Temper ceased() {
    return new Temper(
        0,
        0,
        0,
        0,
        0,
        interleaving,
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        mishaps,
        0,
        0,
        0,
        0);
  }

  /** Whether every deadline must be kept to the second. */
  boolean calm() {
    return equals(CALM);
  }

  private static double maybe(RandomGenerator random, double most) {
    return random.nextInt(3) == 0 ? 0 : random.nextDouble() * most;
  }
}
