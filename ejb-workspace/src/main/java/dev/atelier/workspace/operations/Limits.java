// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** How much clients may ask for. */
public final class Limits {

  /**
   * The limits; 0 means none.
   *
   * @param callsPerSecond by name of the call, such as {@code StartWorkspace}
   * @param instancesPerOwner of one owner at a time
   * @param instances in all at a time
   */
  public record Settings(
      Map<String, Integer> callsPerSecond, int instancesPerOwner, int instances) {
    /** No limits. */
    public static final Settings NONE = new Settings(Map.of(), 0, 0);
  }

  /**
   * A token bucket that holds one second's calls.
   *
   * @param tokens calls that may be made at once
   * @param at when that was so
   */
  private record Bucket(double tokens, Instant at) {}

  private final Settings settings;
  private final InstantSource clock;
  private final Map<String, Bucket> buckets = new HashMap<>();

  /** Limits by this clock. */
  public Limits(Settings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Counts a call.
   *
   * @param method the call's bare name
   * @throws WorkspaceFault RESOURCE_EXHAUSTED when too many came
   */
  public void acquire(String method) throws WorkspaceFault {
    int limit = settings.callsPerSecond().getOrDefault(method, 0);
    if (limit > 0 && !take(method, limit)) {
      throw WorkspaceFault.resourceExhausted(
          "too many requests: %s is limited to %d calls a second; try again in a second"
              .formatted(method, limit));
    }
  }

  private synchronized boolean take(String method, int limit) {
    Instant now = clock.instant();
    Bucket before = buckets.getOrDefault(method, new Bucket(limit, now));
    double elapsed = Math.max(0, Duration.between(before.at(), now).toNanos() / 1e9);
    double tokens = Math.min(limit, before.tokens() + elapsed * limit);
    boolean allowed = tokens >= 1;
    buckets.put(method, new Bucket(allowed ? tokens - 1 : tokens, now));
    return allowed;
  }

  /** Whether instances are counted at all. */
  boolean countInstances() {
    return settings.instances() > 0 || settings.instancesPerOwner() > 0;
  }

  /**
   * Checks whether one instance more may be started. Pure.
   *
   * @param ofOwner how many the owner has
   * @param inAll how many there are
   * @throws WorkspaceFault RESOURCE_EXHAUSTED when not
   */
  void checkInstances(String owner, long ofOwner, long inAll) throws WorkspaceFault {
    if (settings.instancesPerOwner() > 0 && ofOwner >= settings.instancesPerOwner()) {
      throw WorkspaceFault.resourceExhausted(
          "owner %s has %d instances, which is the limit; stop one first"
              .formatted(owner, ofOwner));
    }
    if (settings.instances() > 0 && inAll >= settings.instances()) {
      throw WorkspaceFault.resourceExhausted(
          "there are %d instances, which is this manager's limit; try again when one has stopped"
              .formatted(inAll));
    }
  }
}
