// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.Workspace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Records as other versions of the manager leave them, and as this one reads and writes them. */
public final class OtherVersions {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Objects that are in every record, whatever becomes of the instance. */
  private static final Set<String> ALWAYS =
      Set.of("", "/spec", "/controls", "/status", "/status/conditions", "/status/progress");

  private final WorkspaceJson json = new WorkspaceJson();

  /** As this version writes a new one. */
  public String document(Workspace workspace) {
    return json.write(workspace);
  }

  /** As this version writes one that it has read. */
  public String document(Workspace before, Workspace after, String document) {
    return json.write(before, after, document);
  }

  /** As this version reads it. */
  public Workspace read(String document) throws IOException {
    return json.workspace(document);
  }

  /** The same with something that only a newer version knows, in every object. */
  public static String invented(String document) {
    JsonNode record = tree(document);
    Inventions.addTo(record);
    return record.toString();
  }

  /** Whether what a newer version has added is there still, as it was. */
  public static boolean keepsInventions(String document) {
    return Inventions.removeFrom(tree(document)).containsAll(ALWAYS);
  }

  /** The same in a format that only a newer version may touch. */
  public static String raised(String document) {
    ObjectNode record = (ObjectNode) tree(document);
    record.put(Format.FIELD, Format.INSTANCE.number() + 1);
    return record.toString();
  }

  /** The same brought back to the format of this version. */
  public static String lowered(String document) {
    ObjectNode record = (ObjectNode) tree(document);
    record.put(Format.FIELD, Format.INSTANCE.number());
    return record.toString();
  }

  /**
   * The same without the number of the format and without some members that say nothing: a version
   * that did not know of them has written it.
   */
  public static String older(String document, BooleanSupplier unknown) {
    ObjectNode record = (ObjectNode) tree(document);
    record.remove(Format.FIELD);
    strip(record, unknown);
    return record.toString();
  }

  private static void strip(JsonNode node, BooleanSupplier unknown) {
    if (node instanceof ObjectNode object) {
      List<String> empty = new ArrayList<>();
      object.properties().stream()
          // Who did not know of credentials held them: that they are not says something.
          .filter(member -> !member.getKey().equals("credentialsHeld"))
          .filter(member -> saysNothing(member.getValue()))
          .forEach(member -> empty.add(member.getKey()));
      for (String name : empty) {
        if (unknown.getAsBoolean()) {
          object.remove(name);
        }
      }
    }
    node.forEach(part -> strip(part, unknown));
  }

  private static boolean saysNothing(JsonNode value) {
    return value.isNull()
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isArray() && value.isEmpty())
        || (value.isBoolean() && !value.booleanValue());
  }

  private static JsonNode tree(String document) {
    try {
      return MAPPER.readTree(document);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
