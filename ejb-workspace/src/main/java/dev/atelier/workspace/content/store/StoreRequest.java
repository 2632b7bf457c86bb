// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a signature of a request to a bucket is made over, but for its body.
 *
 * @param method such as {@code PUT}
 * @param path as it is sent
 * @param query by name, each once
 * @param headers by name in lower case, each once: those that change what the service does
 */
public record StoreRequest(
    String method, String path, Map<String, String> query, Map<String, String> headers) {
  private static final int PARTS = 4;

  /** Copies what was given, in order. */
  public StoreRequest {
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  /** One line without a line's end, as {@link #parse} reads it. */
  public String text() {
    return String.join(" ", method, encoded(path), text(query), text(headers));
  }

  /**
   * Reads {@link #text} back.
   *
   * @throws IllegalArgumentException it is anything else
   */
  public static StoreRequest parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("not a request");
    }
    return new StoreRequest(parts[0], decoded(parts[1]), values(parts[2]), values(parts[3]));
  }

  /** Names and values in one word, as {@link #values} reads them. */
  public static String text(Map<String, String> values) {
    return new TreeMap<>(values)
        .entrySet().stream()
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
  }

  /**
   * Reads {@link #text(Map)} back.
   *
   * @throws IllegalArgumentException it is anything else, or a name stands there twice
   */
  public static Map<String, String> values(String text) {
    Map<String, String> values = new TreeMap<>();
    if (text.isEmpty()) {
      return values;
    }
    for (String pair : text.split("&", -1)) {
      int cut = pair.indexOf('=');
      if (cut < 1
          || values.put(decoded(pair.substring(0, cut)), decoded(pair.substring(cut + 1)))
              != null) {
        throw new IllegalArgumentException("not names and values");
      }
    }
    return values;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
