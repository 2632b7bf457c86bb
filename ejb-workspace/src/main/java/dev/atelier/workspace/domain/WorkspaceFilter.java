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

  /** Whether {@code workspace} is meant. */
  public boolean matches(Workspace workspace) {
    WorkspaceSpec spec = workspace.spec();
    return (owner.isEmpty() || owner.equals(spec.owner()))
        && (metaId.isEmpty() || metaId.equals(spec.metaId()))
        && spec.annotations().entrySet().containsAll(annotations.entrySet());
  }
}
