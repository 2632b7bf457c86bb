// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.OwnerTokens;
import dev.atelier.workspace.reconcile.Leadership;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.store.WorkspaceStore;
import dev.atelier.workspace.subscribe.HeardEndings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;

/** Starts the manager: what was recorded goes on from where it was. */
@Startup
// Whoever stops leading gives its deadlines up: they must be there until then.
@DependsOn("DeadlineTimer")
@Singleton
@TransactionManagement(TransactionManagementType.BEAN)
public class ManagerStartup {
  private final Reconciler reconciler;
  private final WorkspaceStore store;
  private final OwnerTokens tokens;
  private final HeardEndings heard;
  private final Maintenance maintenance;
  private final Leadership leadership;

  /** For the container's proxy. */
  protected ManagerStartup() {
    this(null, null, null, null, null, null);
  }

  /** Starts these. */
  @Inject
  public ManagerStartup(
      Reconciler reconciler,
      WorkspaceStore store,
      OwnerTokens tokens,
      HeardEndings heard,
      Maintenance maintenance,
      Leadership leadership) {
    this.reconciler = reconciler;
    this.store = store;
    this.tokens = tokens;
    this.heard = heard;
    this.maintenance = maintenance;
    this.leadership = leadership;
  }

  /** Takes over what is recorded; the deployment fails when that cannot be read. */
  @PostConstruct
  void start() {
    maintenance.onChange(reconciler::enqueueAll);
    store.watch(
        change -> {
          if (change.workspace().isEmpty()) {
            tokens.forget(change.id());
            heard.forget(change.id());
          }
        });
    try {
      reconciler.open();
      leadership.begin(reconciler::lead, reconciler::follow);
    } catch (WorkspaceFault fault) {
      throw new IllegalStateException("the manager cannot start: " + fault.getMessage(), fault);
    }
  }

  /** Lets another manager go on at once, where there is one. */
  @PreDestroy
  void end() {
    leadership.close();
  }
}
