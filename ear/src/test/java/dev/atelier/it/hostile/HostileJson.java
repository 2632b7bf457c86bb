// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.hostile.HostileValues;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Bodies that are like a right one, from one wrong field to no JSON at all. */
final class HostileJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Stands for one of {@link #TOKENS}, which no tree can hold. */
  private static final String TOKEN = "a-token";

  private static final List<String> TOKENS =
      List.of(
          "1e999999999",
          "1e-999999999",
          "123456789012345678901234567890",
          "9223372036854775808",
          "-0",
          "1.5",
          "01",
          "+1",
          ".5",
          "NaN",
          "tru",
          "'a'",
          "[1,]",
          "{\"a\":1,\"a\":2}",
          "/**/1",
          "\"\\ud800\"",
          "\"\\udc00\\ud800a\"",
          "\"\\u0000\"",
          "\"\\x\"",
          "\"a\tb\"");

  private static final List<String> WHOLES =
      List.of("", " ", "null", "true", "\"a\"", "1", "[]", "{}", "{}{}", "\ufeff{}", "{", "}");

  private final Random random;
  private final HostileValues values;

  HostileJson(Random random, HostileValues values) {
    this.random = random;
    this.values = values;
  }

  /** The bytes of one that is like {@code right}, more or less. */
  byte[] like(String right) {
    return switch (random.nextInt(14)) {
      case 0 -> noise();
      case 1 -> bytes(WHOLES.get(random.nextInt(WHOLES.size())));
      case 2 -> bytes(nested(1 + random.nextInt(100_000)));
      case 3 -> cut(bytes(right));
      case 4, 5 -> garbled(spoilt(right, 1));
      default -> spoilt(right, 1 + random.nextInt(3));
    };
  }

  private String nested(int depth) {
    String open = random.nextBoolean() ? "[" : "{\"spec\":";
    return open.repeat(depth) + (open.equals("[") ? "]".repeat(depth) : "1" + "}".repeat(depth));
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] cut(byte[] bytes) {
    return Arrays.copyOf(bytes, random.nextInt(bytes.length));
  }

  private byte[] garbled(byte[] bytes) {
    for (int i = 0; i <= random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private byte[] spoilt(String right, int fields) {
    try {
      JsonNode tree = JSON.readTree(right);
      for (int i = 0; i < fields; i++) {
        List<Consumer<JsonNode>> places = new ArrayList<>();
        places(tree, places);
        if (!places.isEmpty()) {
          places.get(random.nextInt(places.size())).accept(value());
        }
      }
      String token = TOKENS.get(random.nextInt(TOKENS.size()));
      return bytes(JSON.writeValueAsString(tree).replace("\"" + TOKEN + "\"", token));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no right body: " + right, e);
    }
  }

  /** Every place of a tree where something can be put; null takes away what is there. */
  private void places(JsonNode tree, List<Consumer<JsonNode>> places) {
    if (tree instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              field -> {
                String name = field.getKey();
                places.add(
                    value -> {
                      if (value == null) {
                        object.remove(name);
                      } else {
                        object.set(name, value);
                      }
                    });
                places(field.getValue(), places);
              });
      places.add(value -> object.set(short80(values.text()), value));
    } else if (tree instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        places.add(value -> array.set(index, value));
        places(array.get(i), places);
      }
      places.add(array::add);
    }
  }

  private static String short80(String text) {
    return text.substring(0, Math.min(80, text.length()));
  }

  /** A value of any type; null for none. */
  private JsonNode value() {
    return switch (random.nextInt(16)) {
      case 0 -> null;
      case 1 -> NODES.nullNode();
      case 2 -> NODES.booleanNode(random.nextBoolean());
      case 3 -> NODES.objectNode();
      case 4 -> NODES.arrayNode();
      case 5, 6 -> NODES.numberNode(values.number());
      case 7, 8 -> NODES.textNode(TOKEN);
      case 9 -> many();
      default -> NODES.textNode(values.text());
    };
  }

  private JsonNode many() {
    ArrayNode many = NODES.arrayNode();
    boolean objects = random.nextBoolean();
    String text = objects ? "" : short80(values.text());
    for (int i = 0; i < 2_000; i++) {
      // Each its own: what is put into one would be in all, and the whole too large to be written.
      many.add(objects ? NODES.objectNode() : NODES.textNode(text));
    }
    return many;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
