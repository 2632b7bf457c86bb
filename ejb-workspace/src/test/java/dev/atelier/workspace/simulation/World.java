// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The scheduler: everything that happens is an entry of its queue, and its seed decides what
 * happens when. One thread; the clock moves from entry to entry.
 */
final class World {
  static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

  /** More than the longest pause between tries and the lateness of a timer and a task together. */
  static final Duration IDLE = Duration.ofSeconds(60);

  private static final int DEEPEST = 3;

  /** Something that will happen. */
  static final class Entry implements Comparable<Entry> {
    private final Instant at;
    private final long order;
    private final Runnable act;
    private boolean cancelled;

    private Entry(Instant at, long order, Runnable act) {
      this.at = at;
      this.order = order;
      this.act = act;
    }

    void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Entry other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> queue = new PriorityQueue<>();
  private final SplittableRandom random;
  private final Story story;
  private Instant now = BEGINNING;
  private long steps;
  private int depth;

  World(long seed, Story story) {
    this.random = new SplittableRandom(seed);
    this.story = story;
  }

  Instant now() {
    return now;
  }

  Story story() {
    return story;
  }

  void tell(String what, Object... about) {
    if (story.wanted()) {
      story.add(now, depth, what, about);
    }
  }

  RandomGenerator random() {
    return random;
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  @SafeVarargs
  final <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  Duration upTo(Duration longest) {
    return Duration.ofNanos(random.nextLong(longest.toNanos() + 1));
  }

  /** Mostly short, sometimes long: so that both order and time vary. */
  Duration about(Duration usual, Duration longest, double seldom) {
    return upTo(chance(seldom) ? longest : usual);
  }

  Entry after(Duration delay, Runnable act) {
    return at(now.plus(delay), act);
  }

  Entry at(Instant when, Runnable act) {
    // What falls on the same moment happens in an order of the seed's choice.
    Entry entry = new Entry(when.isBefore(now) ? now : when, random.nextLong(), act);
    queue.add(entry);
    return entry;
  }

  /** Whether nothing but what is far away is left to happen. */
  boolean idle() {
    Entry next = next();
    return next == null || Duration.between(now, next.at).compareTo(IDLE) > 0;
  }

  /** Lets the next thing happen. */
  boolean step() {
    Entry entry = next();
    if (entry == null) {
      return false;
    }
    run(queue.remove());
    return true;
  }

  /** Lets others do something, as other threads would while this one waits for a port. */
  void others(double probability, Duration longest) {
    if (depth >= DEEPEST || !chance(probability)) {
      return;
    }
    int most = 1 + random.nextInt(3);
    Instant until = now.plus(upTo(longest));
    for (int i = 0; i < most; i++) {
      Entry entry = next();
      if (entry == null || entry.at.isAfter(until)) {
        break;
      }
      run(queue.remove());
    }
    if (now.isBefore(until)) {
      now = until;
    }
  }

  /** Whether nothing else stands still for what happens now. */
  boolean alone() {
    return depth == 1;
  }

  /** Lets all go on that happens meanwhile, for one that stands still that long. */
  void pass(Duration duration) {
    Instant until = now.plus(duration);
    Entry entry = next();
    while (entry != null && !entry.at.isAfter(until)) {
      try {
        run(queue.remove());
      } catch (ProcessLost lost) {
        tell("whoever stands still is another process");
      }
      entry = next();
    }
    if (now.isBefore(until)) {
      now = until;
    }
  }

  long steps() {
    return steps;
  }

  private Entry next() {
    Entry entry = queue.peek();
    while (entry != null && entry.cancelled) {
      queue.remove();
      entry = queue.peek();
    }
    return entry;
  }

  private void run(Entry entry) {
    if (entry.at.isAfter(now)) {
      now = entry.at;
    }
    steps++;
    depth++;
    try {
      entry.act.run();
    } finally {
      depth--;
    }
  }
}
