// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;

/**
 * What is known of an instance.
 *
 * @param phase how far it has come
 * @param conditions what holds of it
 * @param message a line for people on the present phase; may be empty; never a secret
 * @param runtime where it was placed
 * @param repo git status of the first checkout, once it was taken
 * @param initializerMetrics what the initialization cost
 * @param image sizes of its image, once known
 * @param progress the lifecycle's own notes, which no client sees
 */
@RecordBuilder
public record WorkspaceStatus(
    Phase phase,
    Conditions conditions,
    String message,
    RuntimeInfo runtime,
    Optional<GitStatus> repo,
    InitializerMetrics initializerMetrics,
    Optional<ImageInfo> image,
    Progress progress)
    implements WorkspaceStatusBuilder.With {

  /** What is known of an instance that was just recorded. */
  public static final WorkspaceStatus NEW =
      new WorkspaceStatus(
          Phase.PENDING,
          Conditions.NONE,
          "",
          RuntimeInfo.NONE,
          Optional.empty(),
          InitializerMetrics.NONE,
          Optional.empty(),
          Progress.NONE);

  /**
   * Sizes of an image in bytes, as the node reports them.
   *
   * @param totalSize with all IDE layers
   * @param workspaceImageSize of the workspace's image
   */
  public record ImageInfo(long totalSize, long workspaceImageSize) {}
}
