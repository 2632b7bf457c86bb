// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.metrics;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Hands out the figures. */
@Singleton
public class MetricsBeans {
  /** Every figure of the manager. */
  @Produces
  @Singleton
  Metrics metrics() {
    return new Metrics();
  }
}
