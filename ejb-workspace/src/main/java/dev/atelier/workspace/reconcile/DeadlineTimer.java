// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.NoSuchObjectLocalException;
import jakarta.ejb.Singleton;
import jakarta.ejb.Timeout;
import jakarta.ejb.Timer;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Deadlines by the EJB timer service: one single-action timer an instance, not persistent, since
 * deadlines follow from the store and are armed again at the start.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class DeadlineTimer implements Deadlines {
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();
  private final Instance<Reconciler> reconciler;
  private final InstantSource clock;

  @Resource private TimerService service;

  /** For the container's proxy. */
  protected DeadlineTimer() {
    this(null, null);
  }

  /** Wakes this reconciler. */
  @Inject
  public DeadlineTimer(Instance<Reconciler> reconciler, InstantSource clock) {
    this.reconciler = reconciler;
    this.clock = clock;
  }

  @Override
  public void arm(String id, Instant when) {
    // A part of a millisecond more, for a timer that fires before the deadline was set in vain.
    long millis = Math.max(0, Duration.between(clock.instant(), when).toMillis() + 1);
    timers.compute(
        id,
        (key, armed) -> {
          cancel(armed);
          return service.createSingleActionTimer(millis, new TimerConfig(id, false));
        });
  }

  @Override
  public void disarm(String id) {
    timers.computeIfPresent(
        id,
        (key, armed) -> {
          cancel(armed);
          return null;
        });
  }

  /** A timer is due. */
  @Timeout
  public void due(Timer timer) {
    String id = (String) timer.getInfo();
    timers.remove(id, timer);
    reconciler.get().due(id);
  }

  private static void cancel(Timer timer) {
    if (timer == null) {
      return;
    }
    try {
      timer.cancel();
    } catch (NoSuchObjectLocalException expired) {
      // It fired in this moment: the look that follows finds nothing to do.
      return;
    }
  }
}
