// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The one way to check a password: no faster than {@link Guesses} allows, on two processors at
 * most, and once for all who send the same at the same moment.
 */
public final class PasswordChecks {
  /** Processors that hashing may keep busy. */
  static final int AT_ONCE = 2;

  /** Each holds a thread of the server: a few seconds of hashing. */
  private static final int MOST_WAITING = 16;

  /** Of one address, so that it does not take all places. */
  private static final int MOST_OF_AN_ADDRESS = 4;

  private static final Duration SOON = Duration.ofSeconds(1);

  private final Identities identities;
  private final Guesses guesses;
  private final Semaphore processors = new Semaphore(AT_ONCE, true);
  private final Map<String, CompletableFuture<Optional<Identity>>> running =
      new ConcurrentHashMap<>();
  private final Map<String, Integer> busy = new HashMap<>();

  /** Checks against these. */
  public PasswordChecks(Identities identities, Guesses guesses) {
    this.identities = identities;
    this.guesses = guesses;
  }

  /**
   * Who has that name and password; takes some tenths of a second where it was not checked of late.
   *
   * @param address where it comes from, as numbers
   * @return empty: nobody
   * @throws TooManyGuesses to be asked again later; nothing was compared
   */
  public Optional<Identity> check(String name, String password, String address)
      throws TooManyGuesses {
    Optional<Identity> known = identities.remembered(name, password);
    if (known.isPresent()) {
      return known;
    }
    String same = identities.mac(name + '\0' + password + '\0' + address);
    CompletableFuture<Optional<Identity>> mine = new CompletableFuture<>();
    CompletableFuture<Optional<Identity>> other = running.putIfAbsent(same, mine);
    if (other != null) {
      return joined(other);
    }
    try {
      Optional<Identity> who = inTurn(name, password, address);
      mine.complete(who);
      return who;
    } catch (TooManyGuesses | RuntimeException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      running.remove(same);
    }
  }

  /** Whoever checks it never waits for long, and always says how it ended. */
  private static Optional<Identity> joined(CompletableFuture<Optional<Identity>> other)
      throws TooManyGuesses {
    try {
      return other.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TooManyGuesses refused) {
        throw new TooManyGuesses(refused.left());
      }
      throw e;
    }
  }

  private Optional<Identity> inTurn(String name, String password, String address)
      throws TooManyGuesses {
    String network = Guesses.network(address);
    enter(network);
    try {
      guesses.begin(name, address);
      if (processors.getQueueLength() >= MOST_WAITING) {
        guesses.withdrawn(name, address);
        throw new TooManyGuesses(SOON);
      }
      processors.acquireUninterruptibly();
      try {
        Optional<Identity> who = identities.user(name, password);
        if (who.isPresent()) {
          guesses.succeeded(name, address);
        }
        return who;
      } finally {
        processors.release();
      }
    } finally {
      leave(network);
    }
  }

  private void enter(String network) throws TooManyGuesses {
    synchronized (busy) {
      if (busy.getOrDefault(network, 0) >= MOST_OF_AN_ADDRESS) {
        throw new TooManyGuesses(SOON);
      }
      busy.merge(network, 1, Integer::sum);
    }
  }

  private void leave(String network) {
    synchronized (busy) {
      busy.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
    }
  }
}
