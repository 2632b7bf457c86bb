// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to start an instance, as it came, before any check.
 *
 * @param id as sent; may be empty
 * @param servicePrefix as sent; may be empty
 * @param type null when the edge could not read it
 * @param metadata null when absent
 * @param spec null when absent
 * @param unreadable what the edge could not read, such as unknown enum numbers
 */
@RecordBuilder
public record StartRequest(
    String id,
    String servicePrefix,
    WorkspaceType type,
    Metadata metadata,
    Spec spec,
    List<FieldViolation> unreadable)
    implements StartRequestBuilder.With {
  /** Copies what was given. */
  public StartRequest {
    unreadable = List.copyOf(unreadable);
  }

  /**
   * Whose instance it is.
   *
   * @param owner as sent; may be empty
   * @param metaId as sent; may be empty
   * @param annotations as sent
   * @param team as sent
   * @param project as sent
   */
  @RecordBuilder
  public record Metadata(
      String owner,
      String metaId,
      Map<String, String> annotations,
      Optional<String> team,
      Optional<String> project) {}

  /**
   * What to run.
   *
   * @param workspaceImage as sent; may be empty
   * @param ideImage never null
   * @param ideImageLayers as sent
   * @param featureFlags as sent, known ones
   * @param initializer null when absent; its paths and URLs unchecked
   * @param ports as sent, URLs ignored; visibility and protocol null when unreadable
   * @param envvars user variables, as sent
   * @param sysEnvvars system variables, as sent
   * @param workspaceLocation as sent; may be empty
   * @param git never null
   * @param timeout Go duration; empty: the default
   * @param closedTimeout Go duration; empty: the default
   * @param maximumLifetime Go duration; empty: the default
   * @param admission null when unreadable
   * @param workspaceClass empty: the preferred one
   * @param sshPublicKeys as sent
   */
  @RecordBuilder
  public record Spec(
      String workspaceImage,
      IdeImage ideImage,
      List<String> ideImageLayers,
      List<FeatureFlag> featureFlags,
      Initializer initializer,
      List<PortRequest> ports,
      List<EnvironmentVariable> envvars,
      List<EnvironmentVariable> sysEnvvars,
      String workspaceLocation,
      GitIdentity git,
      String timeout,
      String closedTimeout,
      String maximumLifetime,
      AdmissionLevel admission,
      String workspaceClass,
      List<String> sshPublicKeys) {}
}
