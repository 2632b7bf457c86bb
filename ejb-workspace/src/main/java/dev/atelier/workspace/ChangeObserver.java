package dev.atelier.workspace;

import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Leads changes from the event bus to the subscribers. */
@ApplicationScoped
public class ChangeObserver {
  private final Subscriptions subscriptions;

  /** For the container's proxy. */
  protected ChangeObserver() {
    this(null);
  }

  /** Leads to these. */
  @Inject
  public ChangeObserver(Subscriptions subscriptions) {
    this.subscriptions = subscriptions;
  }

  void on(@Observes WorkspaceChanged change) {
    subscriptions.changed(change);
  }
}
