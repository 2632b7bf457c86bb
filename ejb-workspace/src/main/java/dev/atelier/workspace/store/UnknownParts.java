// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.BitSet;
import java.util.Map;

/**
 * What of a kept record this version does not know, since a newer one has added it. It is told by
 * comparison: the record as it is kept has it, the record as this version would write what it has
 * read does not.
 */
public final class UnknownParts {
  private UnknownParts() {}

  /**
   * Whether there are any, at any depth.
   *
   * @param kept a record as it is kept
   * @param known what this version would have written in its place
   */
  public static boolean in(JsonNode kept, JsonNode known) {
    if (kept instanceof ObjectNode object && known instanceof ObjectNode) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        JsonNode same = known.get(field.getKey());
        if (same == null || in(field.getValue(), same)) {
          return true;
        }
      }
    } else if (kept.isArray() && known.isArray() && kept.size() == known.size()) {
      for (int i = 0; i < kept.size(); i++) {
        if (in(kept.get(i), known.get(i))) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Adds them to what is written in a record's place. An object in a list is the same as before
   * where all of it is equal, or else what it has first: its name, number or id.
   *
   * @param kept the record as it is kept
   * @param known what this version would have written in its place
   * @param next what it writes now; changed
   */
  public static void carryOver(JsonNode kept, JsonNode known, JsonNode next) {
    if (kept instanceof ObjectNode object && next instanceof ObjectNode written) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = field.getKey();
        if (!known.has(name)) {
          written.putIfAbsent(name, field.getValue());
        } else if (written.has(name)) {
          carryOver(field.getValue(), known.get(name), written.get(name));
        }
      }
    } else if (kept.isArray() && next.isArray() && kept.size() == known.size()) {
      BitSet taken = new BitSet();
      for (JsonNode element : next) {
        int before = before(element, known, taken);
        if (before >= 0) {
          taken.set(before);
          carryOver(kept.get(before), known.get(before), element);
        }
      }
    }
  }

  /** Where an object of a list was before; negative: nowhere. */
  private static int before(JsonNode element, JsonNode known, BitSet taken) {
    if (!element.isObject()) {
      return -1;
    }
    int named = -1;
    for (int i = taken.nextClearBit(0); i < known.size(); i = taken.nextClearBit(i + 1)) {
      if (known.get(i).equals(element)) {
        return i;
      }
      if (named < 0 && sameName(known.get(i), element)) {
        named = i;
      }
    }
    return named;
  }

  private static boolean sameName(JsonNode one, JsonNode other) {
    return other.properties().stream()
        .findFirst()
        .map(first -> first.getValue().equals(one.get(first.getKey())))
        .orElse(false);
  }
}
