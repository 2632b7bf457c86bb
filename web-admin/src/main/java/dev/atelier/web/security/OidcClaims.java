// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a provider says of somebody, as plain values. A claim is named as it is, or by the path to
 * it: {@code realm_access.roles}.
 *
 * @param values by the names of the provider
 */
record OidcClaims(Map<String, Object> values) {

  /** These, and of {@code others} what is not among them at all. */
  OidcClaims orElse(OidcClaims others) {
    return new OidcClaims(merged(others.values, values));
  }

  private static Map<String, Object> merged(Map<String, Object> under, Map<?, ?> over) {
    Map<String, Object> all = new HashMap<>(under);
    over.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> inner && all.get(name) instanceof Map<?, ?> other) {
            all.put(String.valueOf(name), merged(named(other), inner));
          } else if (value != null) {
            all.put(String.valueOf(name), value);
          }
        });
    return all;
  }

  private static Map<String, Object> named(Map<?, ?> values) {
    Map<String, Object> named = new HashMap<>();
    values.forEach((name, value) -> named.put(String.valueOf(name), value));
    return named;
  }

  private Optional<Object> claim(String name) {
    return Optional.ofNullable(at(values, name));
  }

  /** A name with dots in it comes before a path. */
  private static Object at(Map<?, ?> values, String name) {
    if (values.get(name) != null) {
      return values.get(name);
    }
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (values.get(name.substring(0, dot)) instanceof Map<?, ?> inner) {
        Object found = at(inner, name.substring(dot + 1));
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** Whether there is such a claim. */
  boolean has(String name) {
    return claim(name).isPresent();
  }

  /** A claim that is one text and not blank. */
  Optional<String> text(String name) {
    return claim(name)
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .filter(text -> !text.isBlank());
  }

  /** A claim that is a list, or one text. */
  List<String> texts(String name) {
    Object claim = claim(name).orElse(List.of());
    if (claim instanceof List<?> list) {
      return list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
    }
    return claim instanceof String one ? List.of(one) : List.of();
  }
}
