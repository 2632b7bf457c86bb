// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.reconcile.ChangeLog;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Leads changes from the event bus to the subscribers, and to the log of the one that leads. */
@ApplicationScoped
public class ChangeObserver {
  private final Subscriptions subscriptions;
  private final Reconciler reconciler;

  /** For the container's proxy. */
  protected ChangeObserver() {
    this(null, null);
  }

  /** Leads to these. */
  @Inject
  public ChangeObserver(Subscriptions subscriptions, Reconciler reconciler) {
    this.subscriptions = subscriptions;
    this.reconciler = reconciler;
  }

  void on(@Observes WorkspaceChanged change) {
    subscriptions.changed(change);
    if (reconciler.leads()) {
      ChangeLog.write(change);
    }
  }
}
