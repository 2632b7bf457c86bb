// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.health;

import dev.atelier.workspace.health.ReadinessSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when every part is; says of each what is wrong with it. */
@Readiness
@ApplicationScoped
public class ReadinessCheck implements HealthCheck {
  @Inject @Any private Instance<ReadinessSource> sources;

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("ready").up();
    for (ReadinessSource source : sources) {
      Optional<String> problem = source.problem();
      response.withData(source.name(), problem.orElse("ok"));
      problem.ifPresent(text -> response.down());
    }
    return response.build();
  }
}
