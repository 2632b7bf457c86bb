// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The lifecycle's notes on an instance, kept with it so that a restart of the manager changes
 * nothing.
 *
 * @param contentReadyAt when its content was ready
 * @param runningAt when it was first RUNNING
 * @param interruptedAt since when it is INTERRUPTED
 * @param stoppingAt when it was first STOPPING
 * @param stoppedAt when it was STOPPED
 * @param endedAt when its processes were seen to be gone
 * @param rejections how often a node has rejected it
 * @param retryAt not to be launched again before
 * @param save what its disposal saves, fixed when its processes are gone
 * @param captures copies of its content made while it lives
 * @param snapshotId of the snapshot that its disposal may make; prebuilds alone have one
 * @param disposed whether its disposal is finished
 * @param passed statuses before the present one that everyone is to hear of, oldest first
 * @param credentialsHeld whether credentials of its initializer are still in the store
 * @param note what of its content differs from what was asked for; empty: nothing
 */
@RecordBuilder
public record Progress(
    Optional<Instant> contentReadyAt,
    Optional<Instant> runningAt,
    Optional<Instant> interruptedAt,
    Optional<Instant> stoppingAt,
    Optional<Instant> stoppedAt,
    Optional<Instant> endedAt,
    int rejections,
    Optional<Instant> retryAt,
    Optional<Save> save,
    Captures captures,
    Optional<String> snapshotId,
    boolean disposed,
    List<Passed> passed,
    boolean credentialsHeld,
    String note)
    implements ProgressBuilder.With {

  /** Nothing happened yet. */
  public static final Progress NONE =
      new Progress(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          Optional.empty(),
          Optional.empty(),
          Captures.NONE,
          Optional.empty(),
          false,
          List.of(),
          true,
          "");

  /** Copies what was given. */
  public Progress {
    passed = List.copyOf(passed);
  }

  /** A line on the present phase, which may be empty, with what stays to be told whatever that. */
  String message(String line) {
    return line.isEmpty() || note.isEmpty() ? line + note : line + "; " + note;
  }
}
