// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.health;

import dev.atelier.workspace.reconcile.WorkspaceTracker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started once what was recorded has been taken over. */
@Startup
@ApplicationScoped
public class StartupCheck implements HealthCheck {
  @Inject private WorkspaceTracker tracker;

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("started").status(tracker.filled()).build();
  }
}
