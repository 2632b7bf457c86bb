// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import org.eclipse.persistence.descriptors.ClassDescriptor;
import org.eclipse.persistence.sessions.DatabaseLogin;
import org.eclipse.persistence.sessions.Session;
import org.eclipse.persistence.sessions.SessionCustomizer;

/** What JPA has no words for. */
public final class StoreSession implements SessionCustomizer {
  @Override
  public void customize(Session session) {
    // A caller is to know at once, and decides for itself: no three tries, 5 s apart.
    ((DatabaseLogin) session.getDatasourceLogin()).setQueryRetryAttemptCount(0);
    // A foreign key that no field of the class shows.
    ClassDescriptor secrets = session.getDescriptor(SecretsRecord.class);
    if (secrets != null) {
      secrets.addConstraintDependency(InstanceRecord.class);
    }
  }
}
