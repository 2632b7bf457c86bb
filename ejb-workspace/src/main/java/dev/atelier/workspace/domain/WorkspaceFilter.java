// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.Map;

/**
 * Which instances are meant.
 *
 * @param owner equal to it; empty: any
 * @param metaId equal to it; empty: any
 * @param annotations all of these, equal
 */
public record WorkspaceFilter(String owner, String metaId, Map<String, String> annotations) {
  /** Every instance. */
  public static final WorkspaceFilter ALL = new WorkspaceFilter("", "", Map.of());

  /** Copies what was given. */
  public WorkspaceFilter {
    annotations = Map.copyOf(annotations);
  }

  /**
   * Whether an instance may be meant of which no more is known.
   *
   * @param ofOwner its owner; empty: not known
   * @param ofMetaId its meta id; empty: not known
   */
  public boolean mayMatch(String ofOwner, String ofMetaId) {
    return (owner.isEmpty() || ofOwner.isEmpty() || owner.equals(ofOwner))
        && (metaId.isEmpty() || ofMetaId.isEmpty() || metaId.equals(ofMetaId));
  }

  /** Whether {@code workspace} is meant. */
  public boolean matches(Workspace workspace) {
    WorkspaceSpec spec = workspace.spec();
    return (owner.isEmpty() || owner.equals(spec.owner()))
        && (metaId.isEmpty() || metaId.equals(spec.metaId()))
        && spec.annotations().entrySet().containsAll(annotations.entrySet());
  }
}
