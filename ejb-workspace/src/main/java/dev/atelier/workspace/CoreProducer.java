// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.AuditWriter;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.MaintenanceRecord;
import dev.atelier.workspace.operations.OwnerTokens;
import dev.atelier.workspace.operations.Randomness;
import dev.atelier.workspace.operations.StartRequestValidator;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.operations.WorkspaceUrls;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Deadlines;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.RuntimeChoice;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.store.HeardStore;
import dev.atelier.workspace.store.SnapshotStore;
import dev.atelier.workspace.store.WorkspaceStore;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.Config;

/**
 * Hands the core its clock, chance and threads, and hands out the core: the one place it is wired.
 */
@ApplicationScoped
public class CoreProducer {
  /** Whoever is told only enqueues; should one of them not, the others still hear. */
  private static final int TELLERS = 4;

  @Resource private ManagedThreadFactory threads;

  private Workers tellers;

  @Produces
  @Singleton
  static InstantSource clock() {
    return InstantSource.system();
  }

  @Produces
  @Singleton
  static CoreSettings settings(Config config) {
    return CoreSettings.from(new Settings(config));
  }

  @Produces
  @Singleton
  static Timeouts timeouts(CoreSettings settings, RuntimeChoice choice) {
    return switch (choice) {
      case LOCAL -> new Timeouts(settings.timeouts());
      // Activity may rest with another manager, and takes a moment to come here.
      case KUBERNETES -> new Timeouts(settings.timeouts(), Activities.WINDOW.plusSeconds(2));
    };
  }

  @Produces
  @Singleton
  static WorkspaceClasses classes(CoreSettings settings, WorkspaceRuntime runtime) {
    return settings.classes().describedWith(runtime.limitsCaveat());
  }

  @Produces
  @Singleton
  static WorkspaceUrls urls(CoreSettings settings) {
    return settings.urls();
  }

  @Produces
  @Singleton
  static Limits limits(CoreSettings settings, InstantSource clock) {
    return new Limits(settings.limits(), clock);
  }

  @Produces
  @Singleton
  static AuditLog audit(AuditWriter writer) {
    return new AuditLog(writer);
  }

  @Produces
  @Singleton
  static Maintenance maintenance(
      MaintenanceRecord record, CoreSettings settings, InstantSource clock, AuditLog audit)
      throws WorkspaceFault {
    return new Maintenance(record, settings.maintenance(), clock, audit);
  }

  @Produces
  @Singleton
  static OwnerTokens tokens(WorkspaceStore store) {
    return new OwnerTokens(store);
  }

  @Produces
  @Singleton
  static Randomness randomness() {
    return Randomness.secure();
  }

  @Produces
  @Singleton
  static Activities activities() {
    return new Activities();
  }

  @Produces
  @Singleton
  WorkspaceTracker tracker(Event<WorkspaceChanged> event) {
    tellers = Workers.over(threads, TELLERS);
    return new WorkspaceTracker(event::fire, tellers);
  }

  @PreDestroy
  void end() {
    if (tellers != null) {
      tellers.close();
    }
  }

  @Produces
  @Singleton
  static Snapshots snapshots(
      SnapshotStore store, WorkspaceTracker tracker, WorkspaceStore instances) {
    return Snapshots.of(store, tracker, instances::leavesAlone);
  }

  @Produces
  @Singleton
  static Subscriptions subscriptions(WorkspaceTracker tracker, InstantSource clock) {
    return new Subscriptions(tracker, clock);
  }

  @Produces
  @Singleton
  HeardEndings heard(HeardStore store) {
    return new HeardEndings(store, threads);
  }

  static void close(@Disposes HeardEndings heard) {
    heard.close();
  }

  @Produces
  @Singleton
  static StartRequestValidator validator(CoreSettings settings) {
    return new StartRequestValidator(
        settings.classes(), settings.timeouts(), settings.urls(), settings.gitSchemes());
  }

  @Produces
  @Singleton
  static Adoption adoption(
      StartRequestValidator validator,
      WorkspaceUrls urls,
      Randomness randomness,
      InstantSource clock) {
    return new Adoption(validator, urls, randomness, clock);
  }

  /**
   * A pool over the container's threads, not its executor: that one looks its context providers up
   * in every jar at each task, which took half of a start's CPU time.
   */
  @Produces
  @Singleton
  Workers workers(CoreSettings settings) {
    return Workers.over(threads, settings.parallelism());
  }

  static void close(@Disposes Workers workers) {
    workers.close();
  }

  @Produces
  @Singleton
  Reconciler reconciler(
      WorkspaceStore store,
      WorkspaceRuntime runtime,
      Timeouts timeouts,
      WorkspaceTracker tracker,
      Snapshots snapshots,
      Activities activities,
      Maintenance maintenance,
      Deadlines deadlines,
      Workers workers,
      CoreSettings settings,
      InstantSource clock) {
    return new Reconciler(
        store,
        runtime,
        new Lifecycle(timeouts),
        tracker,
        snapshots,
        activities,
        maintenance::until,
        deadlines,
        workers,
        settings.parallelism(),
        clock,
        RandomGenerator.getDefault());
  }
}
