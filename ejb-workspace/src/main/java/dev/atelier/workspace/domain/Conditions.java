// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Optional;

/**
 * What holds of an instance beside its phase. Texts are empty while they do not hold.
 *
 * @param failed why it failed: the first failure wins and stays
 * @param timeout which timeout ended it, in words
 * @param timedOut what took too long where a timeout ended it; empty also where an earlier version
 *     has recorded that
 * @param pullingImages whether a pull of its images is known of just now
 * @param snapshot URL of a headless instance's result
 * @param finalBackupComplete whether its final backup is whole
 * @param deployed whether a process or pod of it exists
 * @param networkNotReady whether its network is reported as not ready
 * @param firstUserActivity never changes once set
 * @param headlessTaskFailed how its tasks failed
 * @param stoppedByRequest whether a stop was asked for
 * @param volumeSnapshot the volume snapshot that is its backup
 * @param aborted whether it was stopped without a backup by request
 */
@RecordBuilder
public record Conditions(
    String failed,
    String timeout,
    Optional<Deadline.Activity> timedOut,
    boolean pullingImages,
    String snapshot,
    boolean finalBackupComplete,
    boolean deployed,
    boolean networkNotReady,
    Optional<Instant> firstUserActivity,
    String headlessTaskFailed,
    boolean stoppedByRequest,
    Optional<VolumeSnapshot> volumeSnapshot,
    boolean aborted)
    implements ConditionsBuilder.With {

  /** Nothing holds. */
  public static final Conditions NONE =
      new Conditions(
          "",
          "",
          Optional.empty(),
          false,
          "",
          false,
          false,
          false,
          Optional.empty(),
          "",
          false,
          Optional.empty(),
          false);

  /** The same once the deadline has passed; the first timeout stays. */
  Conditions timedOut(Deadline passed, Instant now) {
    return timeout.isEmpty()
        ? with(c -> c.timeout(passed.condition(now)).timedOut(Optional.of(passed.activity())))
        : this;
  }

  /**
   * A CSI volume snapshot.
   *
   * @param name of the VolumeSnapshot
   * @param handle the storage provider's name of it
   */
  public record VolumeSnapshot(String name, String handle) {}
}
