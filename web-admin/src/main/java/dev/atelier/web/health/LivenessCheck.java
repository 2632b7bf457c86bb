// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.health;

import dev.atelier.workspace.reconcile.Reconciler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Live while instances that wait are looked at: a restart helps when they are not. */
@Liveness
@ApplicationScoped
public class LivenessCheck implements HealthCheck {
  /** Longer than any store or runtime may take to answer. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Inject private Reconciler reconciler;
  @Inject private InstantSource clock;

  @Override
  public HealthCheckResponse call() {
    Optional<Instant> stuck = reconciler.stuckSince();
    return HealthCheckResponse.named("live")
        .status(stuck.map(since -> since.plus(PATIENCE).isAfter(clock.instant())).orElse(true))
        .withData("queue", reconciler.queueDepth())
        .build();
  }
}
