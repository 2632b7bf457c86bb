// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.WorkspaceClass;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The classes of instances that this manager offers. Immutable. */
public final class WorkspaceClasses {
  private final Map<String, WorkspaceClass> classes = new TreeMap<>();
  private final String preferred;
  private final Map<String, String> aliases;
  private final boolean unknownIsPreferred;

  /**
   * Offers these classes.
   *
   * @param classes at least one, with ids of their own
   * @param preferred id of the one that an empty name means
   * @param aliases further names, each of a class
   * @param unknownIsPreferred whether every other name means the preferred class too
   */
  public WorkspaceClasses(
      Collection<WorkspaceClass> classes,
      String preferred,
      Map<String, String> aliases,
      boolean unknownIsPreferred) {
    classes.forEach(workspaceClass -> this.classes.put(workspaceClass.id(), workspaceClass));
    this.preferred = preferred;
    this.aliases = Map.copyOf(aliases);
    this.unknownIsPreferred = unknownIsPreferred;
  }

  /**
   * The same, with what a client should know of their limits at the end of their descriptions.
   *
   * @param caveat for people; empty: nothing
   */
  public WorkspaceClasses describedWith(String caveat) {
    if (caveat.isEmpty()) {
      return this;
    }
    return new WorkspaceClasses(
        classes.values().stream()
            .map(
                known ->
                    new WorkspaceClass(
                        known.id(),
                        known.displayName(),
                        known.description() + " (limits: " + caveat + ")",
                        known.creditsPerMinute(),
                        known.resources(),
                        known.backupInterval()))
            .toList(),
        preferred,
        aliases,
        unknownIsPreferred);
  }

  /** The class that a request means by {@code name}; empty when there is none. */
  public Optional<WorkspaceClass> find(String name) {
    String id = name.isEmpty() ? preferred : aliases.getOrDefault(name, name);
    if (!classes.containsKey(id) && unknownIsPreferred) {
      id = preferred;
    }
    return Optional.ofNullable(classes.get(id));
  }

  /** The class of an instance; the preferred one where configuration has dropped its own since. */
  public WorkspaceClass get(String id) {
    return classes.getOrDefault(id, classes.get(preferred));
  }

  /** All classes, ordered by id. */
  public List<WorkspaceClass> all() {
    return List.copyOf(classes.values());
  }

  /** Id of the preferred one. */
  public String preferred() {
    return preferred;
  }
}
