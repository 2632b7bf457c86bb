package dev.atelier.workspace.store;

import org.eclipse.persistence.sessions.DatabaseLogin;
import org.eclipse.persistence.sessions.Session;
import org.eclipse.persistence.sessions.SessionCustomizer;

/**
 * Keeps EclipseLink from trying a failed query again three times, 5 s apart: a caller is to know at
 * once, and decides for itself.
 */
public final class NoRetries implements SessionCustomizer {
  @Override
  public void customize(Session session) {
    ((DatabaseLogin) session.getDatasourceLogin()).setQueryRetryAttemptCount(0);
  }
}
