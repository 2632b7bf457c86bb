// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows guessing down: after a few failures from one address on one account that address has to
 * wait with that account, each time twice as long. Nobody else has, so that nobody is kept out from
 * elsewhere. Bounded: of pairs beyond the bound, those are forgotten that have not failed for
 * longest.
 */
public final class Guesses {
  /** Failures that cost nothing: people mistype. */
  private static final int FREE = 3;

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(15);

  /** After so long without a failure all is forgotten. */
  private static final Duration MEMORY = Duration.ofHours(1);

  private static final int MOST = 10_000;

  /** No name that is known is longer. */
  private static final int LONGEST_NAME = 64;

  /** Of an IPv6 address: who has one has all of its network (RFC 6177). */
  private static final int NETWORK_BYTES = 8;

  private record Pair(String account, String network) {}

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
  private final Map<Pair, Failures> failures =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Failures> eldest) {
          return size() > MOST;
        }
      };

  /** Nobody has failed yet. */
  public Guesses(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Begins a try, which counts as failed until it is told otherwise: of many at the same moment no
   * more come through than one after the other.
   *
   * @param account whose password is tried; empty: a token
   * @param address where the try comes from, as numbers
   * @throws TooManyGuesses it has to wait, and was not counted
   */
  public synchronized void begin(String account, String address) throws TooManyGuesses {
    Instant now = clock.instant();
    Pair pair = pair(account, address);
    Failures known = failures.get(pair);
    if (known != null && known.last().plus(MEMORY).isBefore(now)) {
      failures.remove(pair);
      known = null;
    }
    if (known != null && known.free().isAfter(now)) {
      throw new TooManyGuesses(Duration.between(now, known.free()));
    }
    failures.put(pair, new Failures(known == null ? 1 : known.count() + 1, now));
  }

  /** The try has succeeded: that address is free again with that account. */
  public synchronized void succeeded(String account, String address) {
    failures.remove(pair(account, address));
  }

  /** The try came to nothing before anything was compared: it does not count. */
  public synchronized void withdrawn(String account, String address) {
    failures.computeIfPresent(
        pair(account, address),
        (pair, known) -> known.count() == 1 ? null : new Failures(known.count() - 1, known.last()));
  }

  private static Pair pair(String account, String address) {
    return new Pair(
        account.substring(0, Math.min(LONGEST_NAME, account.length())), network(address));
  }

  /** What one who guesses has for the asking: an IPv4 address, or a network of IPv6. */
  static String network(String address) {
    if (!address.contains(":")) {
      return address;
    }
    try {
      InetAddress parsed = InetAddress.getByName(address);
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), NETWORK_BYTES))
          : parsed.getHostAddress();
    } catch (UnknownHostException e) {
      return address;
    }
  }
}
