// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Timeout;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;

/** Has what is older than it is kept removed from the ledger, by an EJB timer. */
@Startup
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class LedgerRetention {
  /** After the start, which has enough to do. */
  private static final Duration FIRST = Duration.ofMinutes(6);

  /** What is kept is counted in days. */
  private static final Duration INTERVAL = Duration.ofHours(6);

  private final Ledger ledger;
  private final InstantSource clock;

  @Resource private TimerService timers;

  /** For the container's proxy. */
  protected LedgerRetention() {
    this(null, null);
  }

  /** Has it removed from this one. */
  @Inject
  public LedgerRetention(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Arms the timer. */
  @PostConstruct
  void start() {
    timers.createIntervalTimer(
        FIRST.toMillis(), INTERVAL.toMillis(), new TimerConfig("ledger retention", false));
  }

  /** It is time again; the ledger's own thread does it. */
  @Timeout
  public void due() {
    ledger.forget(clock.instant());
  }
}
