// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * Instances as JSON documents. Durations and instants are ISO texts to the nanosecond. A property
 * that is not known is left as it is: a newer manager wrote it. One that is missing has its value
 * from {@link RecordDefaults}: an older manager wrote it.
 */
public final class WorkspaceJson {
  private final JsonMapper mapper = mapper();
  private final ObjectReader kept = mapper.readerFor(Kept.class);
  private final ObjectReader initializer = mapper.readerFor(Initializer.class);

  /** Those secrets that are kept as long as the instance. */
  record Kept(String ownerToken, List<EnvironmentVariable> environment) {
    @Override
    public String toString() {
      return "Kept[]";
    }
  }

  String write(Workspace value) {
    return text(value, record(value));
  }

  /**
   * The document of an instance that has changed, with what is not known here as it was.
   *
   * @param document that {@code before} was read from
   */
  String write(Workspace before, Workspace after, String document) {
    ObjectNode next = record(after);
    try {
      JsonNode kept = mapper.readTree(document);
      JsonNode known = record(before);
      if (UnknownParts.in(kept, known)) {
        UnknownParts.carryOver(kept, known, next);
      }
    } catch (JacksonException e) {
      throw new UncheckedIOException("instance " + after.id() + " was read before", e);
    }
    return text(after, next);
  }

  private ObjectNode record(Workspace value) {
    ObjectNode record = mapper.createObjectNode();
    record.put(Format.FIELD, Format.INSTANCE.number());
    return record.setAll((ObjectNode) mapper.<JsonNode>valueToTree(value));
  }

  private String text(Workspace value, JsonNode record) {
    try {
      return mapper.writeValueAsString(record);
    } catch (JacksonException e) {
      throw new UncheckedIOException("instance " + value.id() + " cannot be written", e);
    }
  }

  /**
   * Sees whether a record may be read here.
   *
   * @param what begins the refusal, such as {@code the record of instance a}
   * @throws NewerFormatException it may not
   * @throws IOException its number is none
   */
  public static void check(Format format, String what, JsonNode record) throws IOException {
    JsonNode found = record.path(Format.FIELD);
    if (!found.isMissingNode() && !found.canConvertToLong()) {
      throw new IOException(Format.FIELD + " must be a number");
    }
    Optional<String> refusal = format.refusal(what, found.asLong(1));
    if (refusal.isPresent()) {
      throw new NewerFormatException(refusal.get());
    }
  }

  /**
   * The instance that was written.
   *
   * @throws NewerFormatException only a newer version may touch it
   * @throws IOException it is none, or lacks what cannot be made up
   */
  Workspace workspace(String document) throws IOException {
    JsonNode record = mapper.readTree(document);
    check(Format.INSTANCE, "the record of instance " + record.path("id").asText(), record);
    Workspace read = mapper.treeToValue(record, Workspace.class);
    if (read == null) {
      throw new IOException("it is empty");
    }
    if (read.id().isEmpty()
        || read.version() < 1
        || read.createdAt() == null
        || read.spec() == null) {
      throw new IOException("a record needs id, version, createdAt and spec");
    }
    return read;
  }

  byte[] bytes(Kept value) {
    return secret(value);
  }

  byte[] bytes(Initializer value) {
    return secret(value);
  }

  Kept kept(byte[] document) throws IOException {
    return kept.readValue(document);
  }

  Initializer initializer(byte[] document) throws IOException {
    return initializer.readValue(document);
  }

  /** A value of the domain as a tree. */
  public JsonNode tree(Object value) {
    return mapper.valueToTree(value);
  }

  /**
   * The value that was written as that tree.
   *
   * @throws IOException it is none
   */
  public <T> T value(JsonNode tree, Class<T> type) throws IOException {
    return mapper.treeToValue(tree, type);
  }

  /** A value of the domain as a document, which a fault never shows. */
  public byte[] document(Object value) {
    return secret(value);
  }

  /**
   * The value that was written as that document; a fault shows nothing of it.
   *
   * @throws IOException it is none
   */
  public <T> T read(byte[] document, Class<T> type) throws IOException {
    return mapper.readerFor(type).readValue(document);
  }

  private byte[] secret(Object value) {
    try {
      return mapper.writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new UncheckedIOException("secrets cannot be written", e);
    }
  }

  private static JsonMapper mapper() {
    // What was written must be readable again, however long its texts and names are.
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            // A document may hold a secret: none of it in a message.
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            // Names may be a client's: not to be kept for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();
    return JsonMapper.builder(factory)
        .addModule(new Jdk8Module())
        .addModule(new JavaTimeModule())
        .addMixIn(Initializer.class, InitializerKinds.class)
        .visibility(PropertyAccessor.FIELD, Visibility.ANY)
        .visibility(PropertyAccessor.GETTER, Visibility.NONE)
        .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .annotationIntrospector(
            AnnotationIntrospector.pair(
                new JacksonAnnotationIntrospector(), new RecordDefaults.Introspector()))
        .injectableValues(new RecordDefaults.Values())
        .build();
  }

  /** The kinds of initializer as they stand in a document; the names are for ever. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Initializer.Empty.class, name = "empty"),
    @JsonSubTypes.Type(value = Initializer.Git.class, name = "git"),
    @JsonSubTypes.Type(value = Initializer.Download.class, name = "download"),
    @JsonSubTypes.Type(value = Initializer.Snapshot.class, name = "snapshot"),
    @JsonSubTypes.Type(value = Initializer.Prebuild.class, name = "prebuild"),
    @JsonSubTypes.Type(value = Initializer.Composite.class, name = "composite"),
    @JsonSubTypes.Type(value = Initializer.Backup.class, name = "backup")
  })
  private interface InitializerKinds {}
}
