// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was asked for when an instance was started, with defaults filled in and no secret in it.
 *
 * @param type what it is for
 * @param owner who pays for it and may enter it; 1 to 63 label-safe characters
 * @param metaId the workspace proper, which lives on between runs; 1 to 63 label-safe characters
 * @param servicePrefix first label of its host name; empty: {@code metaId} serves
 * @param annotations as sent
 * @param team as sent
 * @param project as sent
 * @param workspaceImage what it runs; never empty
 * @param ideImage as sent
 * @param ideImageLayers as sent
 * @param featureFlags as sent
 * @param initializer how its content comes to be, without credentials
 * @param workspaceLocation where its tasks and shells start, relative to the workspace folder
 * @param git whom its commits are by
 * @param workspaceClass id of the class that was taken; never empty
 * @param url where it is served
 * @param maximumLifetime effective; counts from the creation while it runs
 * @param backupInterval least time between two live backups; zero: none are made
 */
@RecordBuilder
public record WorkspaceSpec(
    WorkspaceType type,
    String owner,
    String metaId,
    String servicePrefix,
    Map<String, String> annotations,
    Optional<String> team,
    Optional<String> project,
    String workspaceImage,
    IdeImage ideImage,
    List<String> ideImageLayers,
    Set<FeatureFlag> featureFlags,
    Initializer initializer,
    String workspaceLocation,
    GitIdentity git,
    String workspaceClass,
    String url,
    Duration maximumLifetime,
    Duration backupInterval)
    implements WorkspaceSpecBuilder.With {
  /** Copies what was given. */
  public WorkspaceSpec {
    annotations = Map.copyOf(annotations);
    ideImageLayers = List.copyOf(ideImageLayers);
    featureFlags = Set.copyOf(featureFlags);
  }

  /** Whether nobody works in it. */
  public boolean headless() {
    return type.headless();
  }

  /** The prefix of its URLs: the service prefix, else the meta id. */
  public String urlPrefix() {
    return servicePrefix.isEmpty() ? metaId : servicePrefix;
  }
}
