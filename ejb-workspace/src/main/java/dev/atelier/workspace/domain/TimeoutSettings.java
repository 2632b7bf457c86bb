// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;

/**
 * How long an instance may take and last; all positive.
 *
 * @param initialization from the creation, while PENDING
 * @param startup from the creation, while CREATING or INITIALIZING, or RUNNING without any activity
 * @param regular from the last activity, for regular instances; a request may replace it
 * @param closed from the last activity, while marked closed; a request may replace it
 * @param lifetime from the creation, while RUNNING; a request may replace it
 * @param headless from the creation, for headless instances; a request may replace it
 * @param interrupted from the interruption
 * @param finalization from the stop, until the final backup is complete
 * @param stopping from the stop, until STOPPED
 * @param retention from STOPPED, until it is forgotten
 */
@RecordBuilder
public record TimeoutSettings(
    Duration initialization,
    Duration startup,
    Duration regular,
    Duration closed,
    Duration lifetime,
    Duration headless,
    Duration interrupted,
    Duration finalization,
    Duration stopping,
    Duration retention)
    implements TimeoutSettingsBuilder.With {

  /** What holds without configuration. */
  public static final TimeoutSettings DEFAULT =
      new TimeoutSettings(
          Duration.ofMinutes(30),
          Duration.ofHours(1),
          Duration.ofMinutes(30),
          Duration.ofMinutes(2),
          Duration.ofHours(36),
          Duration.ofHours(1),
          Duration.ofMinutes(5),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofMinutes(10));
}
