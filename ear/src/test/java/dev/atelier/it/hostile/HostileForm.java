// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import dev.atelier.it.hostile.WebRequest.Field;
import dev.atelier.workspace.hostile.HostileValues;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Fields of addresses and forms that are like right ones. */
final class HostileForm {
  /** What decoders stumble over, as it is sent. */
  private static final List<String> ESCAPES =
      List.of(
          "%",
          "%2",
          "%zz",
          "%00",
          "%ff",
          "%c0%80",
          "%ed%a0%80",
          "%u0041",
          "%25%25",
          "+",
          "&&=&",
          "=",
          ";",
          "%2e%2e%2f",
          "%0d%0aA:%20b");

  private final Random random;
  private final HostileValues values;

  HostileForm(Random random, HostileValues values) {
    this.random = random;
    this.values = values;
  }

  /** The right ones as they are sent. */
  static String right(List<Field> fields) {
    return fields.stream()
        .map(field -> encoded(field.name()) + "=" + encoded(field.value()))
        .collect(Collectors.joining("&"));
  }

  /**
   * Some of the fields are others, are there twice, or are not there.
   *
   * @param longest of one value, in characters
   */
  String like(List<Field> right, int longest) {
    List<String> pairs = new ArrayList<>();
    for (Field field : right) {
      String name = encoded(field.name());
      switch (random.nextInt(5)) {
        case 0 -> pairs.add(name + "=" + encoded(text(longest)));
        case 1 -> pairs.add(name + "=" + escape());
        case 2 -> {
          pairs.add(name + "=" + encoded(text(longest)));
          pairs.add(name + "=" + encoded(field.value()));
        }
        default -> pairs.add(name + "=" + encoded(field.value()));
      }
    }
    if (!pairs.isEmpty() && random.nextInt(4) == 0) {
      pairs.remove(random.nextInt(pairs.size()));
    }
    if (random.nextInt(6) == 0) {
      pairs.add(encoded(text(100)) + "=" + encoded(text(longest)));
    }
    if (random.nextInt(50) == 0) {
      pairs.addAll(Collections.nCopies(Math.min(12_000, longest / 4), "a=b"));
    }
    return String.join("&", pairs);
  }

  private String escape() {
    return ESCAPES.get(random.nextInt(ESCAPES.size()));
  }

  /** A part of a path: encoded, half encoded, or what decoders stumble over. */
  String segment(int longest) {
    String encoded = encoded(text(longest)).replace("+", "%20");
    return switch (random.nextInt(4)) {
      case 0 -> escape();
      case 1 -> encoded.replace("%2F", "/");
      default -> encoded;
    };
  }

  private String text(int longest) {
    String text = values.text();
    return text.substring(0, Math.min(longest, text.length()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
