// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.health.ReadinessSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Tells the readiness probe whether calls can be made. */
@ApplicationScoped
public class GrpcReadiness implements ReadinessSource {
  private volatile boolean bound;

  void bound(boolean bound) {
    this.bound = bound;
  }

  @Override
  public String name() {
    return "grpc";
  }

  @Override
  public Optional<String> problem() {
    return bound ? Optional.empty() : Optional.of("gRPC is not listening");
  }
}
