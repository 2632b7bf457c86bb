package dev.atelier.web.console;

import dev.atelier.workspace.domain.Workspace;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Everything that is kept of an instance, as it is kept. There is no secret in it. */
final class RawStatus {
  private RawStatus() {}

  /** In JSON, with line breaks. */
  static String of(Workspace workspace) {
    StringWriter text = new StringWriter();
    try (JsonWriter writer =
        Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true)).createWriter(text)) {
      writer.write(json(workspace));
    }
    return text.toString().strip();
  }

  private static JsonValue json(Object value) {
    if (value == null) {
      return JsonValue.NULL;
    }
    if (value instanceof Optional<?> optional) {
      return optional.isPresent() ? json(optional.get()) : JsonValue.NULL;
    }
    if (value instanceof Boolean holds) {
      return holds ? JsonValue.TRUE : JsonValue.FALSE;
    }
    if (value instanceof Integer || value instanceof Long) {
      return Json.createValue(((Number) value).longValue());
    }
    if (value instanceof Duration duration) {
      return Json.createValue(duration.toString());
    }
    if (value instanceof Collection<?> many) {
      JsonArrayBuilder array = Json.createArrayBuilder();
      many.forEach(one -> array.add(json(one)));
      return array.build();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, JsonValue> sorted = new TreeMap<>();
      map.forEach((key, one) -> sorted.put(key.toString(), json(one)));
      JsonObjectBuilder object = Json.createObjectBuilder();
      sorted.forEach(object::add);
      return object.build();
    }
    return value instanceof Record one ? object(one) : text(value);
  }

  private static JsonValue object(Record value) {
    JsonObjectBuilder object = Json.createObjectBuilder();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      try {
        object.add(component.getName(), json(component.getAccessor().invoke(value)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a record of the domain cannot be read", e);
      }
    }
    return object.build();
  }

  /** A URL may carry a password before its host. */
  private static JsonValue text(Object value) {
    return Json.createValue(WorkspaceView.withoutUserInfo(value.toString()));
  }
}
