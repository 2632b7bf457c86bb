// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a newer version may add to a record: a member of every object in it. */
public final class Inventions {
  private static final String NAME = "invented";

  /** Their entries are values, not members. */
  private static final Set<String> MAPS = Set.of("annotations", "customConfig", "steps");

  private Inventions() {}

  /** Adds them; where, as JSON pointers. */
  public static List<String> addTo(JsonNode record) {
    List<String> added = new ArrayList<>();
    objects(record, "", "", added, true);
    return added;
  }

  /** Removes them, and fails where one is not as it was; where they were, by name or number. */
  static List<String> removeFrom(JsonNode record) {
    List<String> found = new ArrayList<>();
    objects(record, "", "", found, false);
    return found;
  }

  private static void objects(
      JsonNode node, String at, String label, List<String> where, boolean add) {
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        objects(node.get(i), at + "/" + i, label, where, add);
      }
    } else if (node instanceof ObjectNode object) {
      object.properties().stream()
          .filter(field -> !field.getKey().equals(NAME))
          .toList()
          .forEach(
              field ->
                  objects(field.getValue(), at + "/" + field.getKey(), field.getKey(), where, add));
      if (MAPS.contains(label)) {
        return;
      }
      if (add) {
        object.set(NAME, invention(object, at));
        where.add(at);
      } else if (object.has(NAME)) {
        JsonNode invented = object.remove(NAME);
        where.add(invented.path("at").asText());
        if (!invented.equals(invention(object, invented.path("at").asText()))) {
          throw new AssertionError(at + " has " + invented);
        }
      }
    }
  }

  /** With values that mean nothing and could get lost on the way. */
  private static ObjectNode invention(ObjectNode in, String at) {
    ObjectNode invention = in.objectNode();
    invention.put("at", at).put("none", "").putArray("list").addObject().put("deep", true);
    invention.putObject("empty");
    return invention;
  }
}
