// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Merges one object into another, field by field. Lists whose entries have a name (containers,
 * volumes, variables), a mount path or a port number are merged entry by entry; other lists of
 * objects are added to, and everything else is replaced. Pure.
 */
final class DeepMerge {
  private static final List<String> KEYS = List.of("name", "mountPath", "containerPort");

  private DeepMerge() {}

  static Map<String, Object> of(Map<String, Object> below, Map<String, Object> above) {
    Map<String, Object> merged = new LinkedHashMap<>(below);
    above.forEach((name, value) -> merged.merge(name, value, DeepMerge::values));
    return merged;
  }

  private static Object values(Object below, Object above) {
    if (below instanceof Map<?, ?> one && above instanceof Map<?, ?> other) {
      return of(object(one), object(other));
    }
    if (below instanceof List<?> one && above instanceof List<?> other) {
      return lists(one, other);
    }
    return above;
  }

  private static Object lists(List<?> below, List<?> above) {
    if (!above.stream().allMatch(entry -> entry instanceof Map<?, ?>)) {
      return above;
    }
    List<Object> merged = new ArrayList<>(below);
    for (Object entry : above) {
      int same = -1;
      for (int i = 0; i < merged.size(); i++) {
        if (key(entry).isPresent() && key(entry).equals(key(merged.get(i)))) {
          same = i;
        }
      }
      if (same < 0) {
        merged.add(entry);
      } else {
        merged.set(same, values(merged.get(same), entry));
      }
    }
    return merged;
  }

  /** What tells an entry of a list apart from the others. */
  private static Optional<Object> key(Object entry) {
    if (!(entry instanceof Map<?, ?> fields)) {
      return Optional.empty();
    }
    // A mount's name is that of its volume, which may be mounted more than once.
    if (fields.containsKey("mountPath")) {
      return Optional.of(fields.get("mountPath"));
    }
    return KEYS.stream().filter(fields::containsKey).findFirst().map(fields::get);
  }

  private static Map<String, Object> object(Map<?, ?> fields) {
    Map<String, Object> named = new LinkedHashMap<>();
    fields.forEach((name, value) -> named.put(String.valueOf(name), value));
    return named;
  }
}
