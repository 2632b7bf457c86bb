// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.ws.rs.WebApplicationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * An object of a request's body. It collects what is wrong with its fields and those of the objects
 * in it: what is of another type, and what it does not know.
 */
final class Body {
  /** More than any valid request has. */
  private static final int LARGEST = 4 << 20;

  private final JsonObject json;
  private final String prefix;
  private final List<FieldViolation> violations;
  private final Set<String> known = new HashSet<>();

  private Body(JsonObject json, String prefix, List<FieldViolation> violations) {
    this.json = json;
    this.prefix = prefix;
    this.violations = violations;
  }

  /**
   * Reads one; an empty body is an empty object.
   *
   * @throws WorkspaceFault INVALID_ARGUMENT when it is no JSON object
   */
  static Body read(InputStream in) throws WorkspaceFault {
    try {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new WebApplicationException(413);
      }
      if (bytes.length == 0) {
        return new Body(JsonValue.EMPTY_JSON_OBJECT, "", new ArrayList<>());
      }
      if (parsed(bytes) instanceof JsonObject object) {
        return new Body(object, "", new ArrayList<>());
      }
      throw WorkspaceFault.invalid("body", "is not a JSON object");
    } catch (IOException e) {
      throw new WebApplicationException(400);
    }
  }

  private static JsonValue parsed(byte[] bytes) throws WorkspaceFault {
    try (JsonReader reader = Json.createReader(new ByteArrayInputStream(bytes))) {
      return reader.readValue();
    } catch (RuntimeException | StackOverflowError e) {
      // That it is too deep the parser says by an exception of no type of its own.
      throw WorkspaceFault.invalid("body", "is not JSON, or nested too deep");
    }
  }

  /** The whole name of a field. */
  String name(String field) {
    return prefix + field;
  }

  boolean has(String field) {
    return json.containsKey(field) && json.get(field) != JsonValue.NULL;
  }

  private Optional<JsonValue> value(String field) {
    known.add(field);
    return has(field) ? Optional.of(json.get(field)) : Optional.empty();
  }

  /** A text; empty when absent. */
  String text(String field) {
    return optionalText(field).orElse("");
  }

  Optional<String> optionalText(String field) {
    Optional<JsonValue> value = value(field);
    if (value.isPresent() && value.get() instanceof JsonString text) {
      return Optional.of(text.getString());
    }
    value.ifPresent(other -> wrong(field, "is not a text"));
    return Optional.empty();
  }

  boolean flag(String field) {
    Optional<JsonValue> value = value(field);
    if (value.isEmpty() || value.get() == JsonValue.FALSE) {
      return false;
    }
    if (value.get() != JsonValue.TRUE) {
      wrong(field, "is neither true nor false");
    }
    return true;
  }

  /** A whole number; -1 when absent or none, which every caller refuses. */
  long number(String field) {
    Optional<JsonValue> value = value(field);
    if (value.isPresent() && value.get() instanceof JsonNumber number && number.isIntegral()) {
      try {
        return number.longValueExact();
      } catch (ArithmeticException e) {
        return Long.MAX_VALUE;
      }
    }
    value.ifPresent(other -> wrong(field, "is not a whole number"));
    return -1;
  }

  /**
   * A constant by its name in lower case; null when it is none, and {@code otherwise} if absent.
   */
  <E extends Enum<E>> E constant(String field, Class<E> type, E otherwise) {
    Optional<String> text = optionalText(field);
    if (text.isEmpty()) {
      return otherwise;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text.get())) {
        return constant;
      }
    }
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    wrong(field, "is not one of " + String.join(", ", names));
    return null;
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    array(field)
        .forEach(
            value -> {
              if (value instanceof JsonString text) {
                texts.add(text.getString());
              } else {
                wrong(field + "[" + texts.size() + "]", "is not a text");
                texts.add("");
              }
            });
    return texts;
  }

  Map<String, String> map(String field) {
    Map<String, String> map = new LinkedHashMap<>();
    Optional<JsonValue> value = value(field);
    if (value.isPresent() && value.get() instanceof JsonObject object) {
      object.forEach(
          (key, one) -> {
            if (one instanceof JsonString text) {
              map.put(key, text.getString());
            } else {
              wrong(field + "." + key, "is not a text");
            }
          });
    } else {
      value.ifPresent(other -> wrong(field, "is not an object"));
    }
    return map;
  }

  /** An object in it; an empty one when absent. */
  Body object(String field) {
    Optional<JsonValue> value = value(field);
    if (value.isPresent() && value.get() instanceof JsonObject object) {
      return new Body(object, name(field) + ".", violations);
    }
    value.ifPresent(other -> wrong(field, "is not an object"));
    return new Body(JsonValue.EMPTY_JSON_OBJECT, name(field) + ".", violations);
  }

  /** The objects of a list in it. */
  <T> List<T> objects(String field, BiFunction<Body, String, T> read) {
    List<T> read0 = new ArrayList<>();
    int i = 0;
    for (JsonValue value : array(field)) {
      String at = field + "[" + i++ + "]";
      if (value instanceof JsonObject object) {
        Body body = new Body(object, name(at) + ".", violations);
        read0.add(read.apply(body, name(at)));
        body.unknown();
      } else {
        wrong(at, "is not an object");
      }
    }
    return read0;
  }

  private JsonArray array(String field) {
    Optional<JsonValue> value = value(field);
    if (value.isPresent() && value.get() instanceof JsonArray array) {
      return array;
    }
    value.ifPresent(other -> wrong(field, "is not a list"));
    return JsonValue.EMPTY_JSON_ARRAY;
  }

  void wrong(String field, String description) {
    violations.add(new FieldViolation(name(field), description));
  }

  /** Notes every field that was not asked for. */
  void unknown() {
    json.keySet().stream()
        .filter(field -> !known.contains(field))
        .forEach(
            field ->
                wrong(field.substring(0, Math.min(80, field.length())), "is not a known field"));
  }

  List<FieldViolation> violations() {
    return List.copyOf(violations);
  }

  /**
   * Ends the reading.
   *
   * @throws WorkspaceFault INVALID_ARGUMENT with all that is wrong
   */
  void end() throws WorkspaceFault {
    unknown();
    if (!violations.isEmpty()) {
      throw WorkspaceFault.invalid(violations);
    }
  }
}
