// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.metrics.Metrics;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.Session;
import dev.atelier.workspace.store.StoreFailure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Leads what happens to instances to the ledger. */
@ApplicationScoped
public class LedgerObserver {
  private final Ledger ledger;
  private final InstantSource clock;
  private final Map<String, Double> prices;

  /** For the container's proxy. */
  protected LedgerObserver() {
    ledger = null;
    clock = null;
    prices = Map.of();
  }

  /** Leads to this one. */
  @Inject
  public LedgerObserver(
      Ledger ledger,
      AuditWriter audit,
      WorkspaceTracker tracker,
      Reconciler reconciler,
      WorkspaceClasses classes,
      Metrics metrics,
      InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
    this.prices =
        classes.all().stream()
            .collect(Collectors.toMap(WorkspaceClass::id, one -> (double) one.creditsPerMinute()));
    metrics.gauge(
        "atelier_ledger_waiting", "Facts that wait to be written to the ledger.", ledger::waiting);
    metrics.gauge(
        "atelier_ledger_lost",
        "Facts that could not be kept until the ledger took them, since the start.",
        ledger::lost);
    audit.lookUpBy(tracker::get);
    reconciler.watchCopies(this::copied);
    ledger.makeUpBy(() -> tracker.all().stream().map(one -> fact(Optional.empty(), one)).toList());
    // What the store held at the start is told to nobody.
    ledger.makeUp();
    WorkspaceTracker.Reading unused = tracker.read(rest -> ledger.makeUp());
  }

  /** Has this bean made before anything happens. */
  void started(@Observes Startup event) {}

  void changed(@Observes WorkspaceChanged change) {
    ledger.tell(fact(change.previous(), change.current()));
  }

  private void copied(Workspace workspace, Capture.Outcome outcome, Optional<Duration> took) {
    ledger.tell(session -> write(session, Story.of(workspace, outcome, took)));
  }

  private Ledger.Fact fact(Optional<Workspace> previous, Workspace current) {
    double price = prices.getOrDefault(current.spec().workspaceClass(), 0d);
    return fact(previous, current, clock.instant(), price);
  }

  /** What a state tells, to be written. */
  static Ledger.Fact fact(
      Optional<Workspace> previous, Workspace current, Instant now, double price) {
    return session -> {
      write(session, Story.of(previous, current, now));
      if (current.status().progress().runningAt().isPresent()) {
        Optional<UsageRecord> known = session.find(UsageRecord.class, current.id());
        if (known.isPresent()) {
          known.get().end(current);
        } else {
          session.insert(new UsageRecord(current, price));
        }
      }
    };
  }

  private static void write(Session session, Map<String, TimelineEntry> told) throws StoreFailure {
    for (Map.Entry<String, TimelineEntry> one : told.entrySet()) {
      TimelineRecord record = new TimelineRecord(one.getKey(), one.getValue());
      if (session.find(TimelineRecord.class, record.id()).isEmpty()) {
        session.insert(record);
      }
    }
  }
}
