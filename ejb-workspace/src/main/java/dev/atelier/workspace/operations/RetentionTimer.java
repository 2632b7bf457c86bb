// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.content.backup.Retention.Removed;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.reconcile.Reconciler;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
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
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Has old content removed every few hours, by an EJB timer; one that still runs is let go on. */
@Startup
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class RetentionTimer {
  private static final Logger LOG = System.getLogger(RetentionTimer.class.getName());

  /** After the start, which has enough to do. */
  private static final Duration FIRST = Duration.ofMinutes(5);

  /** What is kept is counted in days; each time lists the whole store once. */
  private static final Duration INTERVAL = Duration.ofHours(6);

  private final StoredContentOperations content;
  private final Reconciler reconciler;
  private final AtomicBoolean runs = new AtomicBoolean();
  private Workers workers;

  @Resource private TimerService timers;
  @Resource private ManagedThreadFactory threads;

  /** For the container's proxy. */
  protected RetentionTimer() {
    this(null, null);
  }

  /** Has it removed by these. */
  @Inject
  public RetentionTimer(StoredContentOperations content, Reconciler reconciler) {
    this.content = content;
    this.reconciler = reconciler;
  }

  /** Arms the timer. */
  @PostConstruct
  void start() {
    // Not the timer's own thread: nothing would interrupt that one when the manager ends.
    workers = Workers.over(threads, 1);
    timers.createIntervalTimer(
        FIRST.toMillis(), INTERVAL.toMillis(), new TimerConfig("retention", false));
  }

  /** It is time again. */
  @Timeout
  public void due() {
    // Of several managers the one that acts does it for all.
    if (reconciler.leads() && runs.compareAndSet(false, true)) {
      workers.execute(this::removeOld);
    }
  }

  private void removeOld() {
    try {
      Removed removed = content.removeOld();
      Level level = removed.equals(Removed.NOTHING) ? Level.DEBUG : Level.INFO;
      LOG.log(
          level,
          "retention: removed the backups of {0}, snapshots {1}, {2} logs",
          removed.workspaces(),
          removed.snapshots(),
          removed.logs());
    } catch (WorkspaceFault fault) {
      LOG.log(
          Level.WARNING,
          "retention: {0}; what is left is removed within {1}",
          fault.getMessage(),
          INTERVAL);
    } finally {
      runs.set(false);
    }
  }

  /** Ends what runs. */
  @PreDestroy
  void stop() {
    workers.close();
  }
}
