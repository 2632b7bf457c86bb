// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.domain.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads typed values from texts with names; what is missing or makes no sense is a fault. */
final class Entries {
  private final Map<String, String> texts;
  private final String prefix;

  Entries(Map<String, String> texts, String prefix) {
    this.texts = texts;
    this.prefix = prefix;
  }

  /** Those below a name. */
  Entries below(String name) {
    return new Entries(texts, prefix + name + ".");
  }

  boolean has(String name) {
    return texts.containsKey(prefix + name);
  }

  /** As many as there are, numbered from 0. */
  <T> List<T> list(String name, String first, Function<Entries, T> reader) {
    List<T> all = new ArrayList<>();
    for (int i = 0; below(name).below(Integer.toString(i)).has(first); i++) {
      all.add(reader.apply(below(name).below(Integer.toString(i))));
    }
    return all;
  }

  String text(String name, String otherwise) {
    return texts.getOrDefault(prefix + name, otherwise);
  }

  Optional<String> optional(String name) {
    return Optional.ofNullable(texts.get(prefix + name)).filter(text -> !text.isEmpty());
  }

  String required(String name) {
    return optional(name).orElseThrow(() -> new IllegalArgumentException(key(name, "is missing")));
  }

  private String key(String name, String what) {
    return prefix + name + " " + what;
  }

  private <T> T read(String name, T otherwise, Function<String, T> reader) {
    try {
      return optional(name).map(reader).orElse(otherwise);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(key(name, "makes no sense"), e);
    }
  }

  long number(String name, long otherwise) {
    return read(name, otherwise, Long::valueOf);
  }

  int count(String name, int otherwise) {
    return read(name, otherwise, Integer::valueOf);
  }

  boolean flag(String name, boolean otherwise) {
    return read(name, otherwise, Boolean::valueOf);
  }

  Instant instant(String name) {
    required(name);
    return read(name, Instant.EPOCH, Instant::parse);
  }

  Duration duration(String name, Duration otherwise) {
    return read(name, otherwise, text -> GoDuration.parse(text).orElseThrow());
  }

  <E extends Enum<E>> E constant(String name, Class<E> kind) {
    String text = required(name);
    return read(name, null, unused -> Enum.valueOf(kind, text));
  }

  List<String> words(String name) {
    return optional(name).map(text -> List.of(text.split(",", -1))).orElse(List.of());
  }
}
