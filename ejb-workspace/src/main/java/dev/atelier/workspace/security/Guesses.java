package dev.atelier.workspace.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Slows guessing down: after a few failures an account and an address have to wait, each time twice
 * as long. Bounded: of accounts and addresses beyond the bound, those are forgotten that have not
 * failed for longest.
 */
public final class Guesses {
  /** Failures that cost nothing: people mistype. */
  private static final int FREE = 3;

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(15);

  /** After so long without a failure all is forgotten. */
  private static final Duration MEMORY = Duration.ofHours(1);

  private static final int MOST = 10_000;

  private record Failures(int count, Instant last) {
    Instant free() {
      if (count < FREE) {
        return last;
      }
      int doublings = Math.min(count - FREE, 20);
      Duration wait = FIRST.multipliedBy(1L << doublings);
      return last.plus(wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }
  }

  private final InstantSource clock;
  private final Map<String, Failures> failures =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
          return size() > MOST;
        }
      };

  /** Nobody has failed yet. */
  public Guesses(InstantSource clock) {
    this.clock = clock;
  }

  /** How long somebody has to wait before the next try; zero: not at all. */
  public synchronized Duration wait(String account, String address) {
    Instant now = clock.instant();
    Duration longest = Duration.ZERO;
    for (String key : keys(account, address)) {
      Failures known = failures.get(key);
      if (known != null && known.last().plus(MEMORY).isBefore(now)) {
        failures.remove(key);
      } else if (known != null && known.free().isAfter(now)) {
        Duration left = Duration.between(now, known.free());
        longest = left.compareTo(longest) > 0 ? left : longest;
      }
    }
    return longest;
  }

  /** A try has failed. */
  public synchronized void failed(String account, String address) {
    Instant now = clock.instant();
    for (String key : keys(account, address)) {
      failures.merge(
          key, new Failures(1, now), (known, one) -> new Failures(known.count() + 1, now));
    }
  }

  /** A try has succeeded: the account is free again; the address keeps what it did elsewhere. */
  public synchronized void succeeded(String account) {
    failures.remove("account " + cut(account));
  }

  private static List<String> keys(String account, String address) {
    String key = "address " + address;
    return account.isEmpty() ? List.of(key) : List.of("account " + cut(account), key);
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(64, text.length()));
  }
}
