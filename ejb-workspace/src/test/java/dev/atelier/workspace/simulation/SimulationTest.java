// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Runs many seeds of the simulation. {@code -Datelier.simulation.seed=N} replays one and prints its
 * story, {@code -Datelier.simulation.lives=N} runs as many lives, {@code
 * -Datelier.simulation.from=N} begins with another seed.
 */
class SimulationTest {
  private static final int LIVES_OF_A_SEED = 20;
  private static final int THREADS = 2;
  private static final int FAILURES_SHOWN = 3;

  private static final Logger CORE_LOG = Logger.getLogger("dev.atelier");

  /** Faults are what a simulation consists of: the core's log of them says nothing. */
  @BeforeAll
  static void silence() {
    CORE_LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    CORE_LOG.setLevel(null);
  }

  @Test
  void holdsWhateverHappens() throws InterruptedException, ExecutionException {
    Long seed = Long.getLong("atelier.simulation.seed");
    if (seed != null) {
      Story story = new Story(true);
      AssertionError broken = run(seed, story);
      System.out.println(story.text());
      assertThat(broken).as("seed %d", seed).isNull();
      return;
    }
    long lives = Long.getLong("atelier.simulation.lives", 1_600L * LIVES_OF_A_SEED);
    long first = Long.getLong("atelier.simulation.from", 1);
    List<Long> failed = run(first, first + lives / LIVES_OF_A_SEED);
    if (!failed.isEmpty()) {
      throw new AssertionError(story(failed));
    }
  }

  @Test
  void aSeedReplaysExactly() {
    Story one = new Story(true);
    Story other = new Story(true);
    assertThat(run(7, one)).isNull();
    assertThat(run(7, other)).isNull();

    assertThat(one.text()).isNotEmpty().isEqualTo(other.text());
  }

  /** The seeds that fail, few of them, in order. */
  private static List<Long> run(long first, long last)
      throws InterruptedException, ExecutionException {
    AtomicLong next = new AtomicLong(first);
    AtomicInteger failures = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<List<Long>>> parts = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        parts.add(
            threads.submit(
                () -> {
                  List<Long> failed = new ArrayList<>();
                  long seed = next.getAndIncrement();
                  while (seed < last && failures.get() < FAILURES_SHOWN) {
                    if (run(seed, new Story(false)) != null) {
                      failures.incrementAndGet();
                      failed.add(seed);
                    }
                    seed = next.getAndIncrement();
                  }
                  return failed;
                }));
      }
      List<Long> failed = new ArrayList<>();
      for (Future<List<Long>> part : parts) {
        failed.addAll(part.get());
      }
      failed.sort(Comparator.naturalOrder());
      return failed;
    } finally {
      threads.shutdown();
    }
  }

  /** What breaks with a seed; null when everything holds. */
  private static AssertionError run(long seed, Story story) {
    try {
      new Simulation(seed, LIVES_OF_A_SEED, story).run();
      return null;
    } catch (AssertionError broken) {
      return broken;
    } catch (RuntimeException bug) {
      return new AssertionError(bug);
    }
  }

  private static String story(List<Long> failed) {
    long seed = failed.get(0);
    Story story = new Story(true);
    AssertionError broken = run(seed, story);
    return "%s%n%n...and so with seeds %s: %s%nReplay: mvn -q package -pl ejb-workspace -am -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Datelier.simulation.seed=%d"
        .formatted(story.text(), failed, broken, seed);
  }
}
