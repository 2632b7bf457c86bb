// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.LabelSafe;
import dev.atelier.workspace.domain.UrlAuthority;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspacePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Collects every fault of one request, and checks the kinds of value that requests are made of. */
final class Violations {
  /** Bytes of any field that has no bound of its own. */
  static final int MAX_FIELD = 64 * 1024;

  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  /** More are not told: the first ones suffice to mend a request. */
  private static final int MAX_VIOLATIONS = 1_000;

  private static final Set<String> WEB = new TreeSet<>(Set.of("http", "https"));

  private final List<FieldViolation> found = new ArrayList<>();

  Violations() {
    this(List.of());
  }

  Violations(List<FieldViolation> found) {
    found.forEach(violation -> add(violation.field(), violation.description()));
  }

  /** The refusal of a request by one enum that this version does not know. */
  static void requireKnown(String field, Enum<?> value) throws WorkspaceFault {
    Violations violations = new Violations();
    violations.known(field, value);
    violations.throwIfAny();
  }

  void add(String field, String description) {
    if (found.size() < MAX_VIOLATIONS) {
      found.add(new FieldViolation(field, description));
    }
  }

  void throwIfAny() throws WorkspaceFault {
    if (!found.isEmpty()) {
      throw WorkspaceFault.invalid(found);
    }
  }

  boolean check(boolean valid, String field, String description) {
    if (!valid) {
      add(field, description);
    }
    return valid;
  }

  /** An enum whose number on the wire is known. */
  void known(String field, Enum<?> value) {
    check(value != null, field, "is not a value that this version knows");
  }

  /** A single line of at most 64 KiB that may be empty. */
  boolean text(String field, String value) {
    return check(size(value) <= MAX_FIELD, field, "is longer than 64 KiB")
        && check(
            value.chars().noneMatch(Character::isISOControl),
            field,
            "has a control character in it");
  }

  /** A single line of at most 64 KiB. */
  boolean present(String field, String value) {
    return check(!value.isBlank(), field, "is missing") && text(field, value);
  }

  /** All of a list together, of at most 64 KiB. */
  boolean size(String field, Collection<String> values) {
    return check(
        values.stream().mapToLong(Violations::size).sum() <= MAX_FIELD,
        field,
        "is longer than 64 KiB in all");
  }

  void dnsLabel(String field, String value, int max) {
    if (present(field, value)) {
      check(
          value.length() <= max && DNS_LABEL.matcher(value).matches(),
          field,
          "must be a DNS label (a-z, 0-9, hyphens inside) of at most " + max + " characters");
    }
  }

  void labelSafe(String field, String value) {
    if (present(field, value)) {
      check(
          LabelSafe.is(value),
          field,
          "must be 1 to 63 letters, digits, and (inside) hyphens, underscores and dots");
    }
  }

  /** A duration, or {@code otherwise} where none was given. */
  Duration duration(String field, String value, Duration otherwise, boolean zeroAllowed) {
    if (value.isEmpty()) {
      return otherwise;
    }
    Duration duration = GoDuration.parse(value).orElse(null);
    if (duration == null) {
      add(field, "must be a duration such as 30m, 1.5h or 90s, of at most 292 years");
      return otherwise;
    }
    if (duration.isNegative() || (duration.isZero() && !zeroAllowed)) {
      add(field, zeroAllowed ? "must not be negative" : "must be longer than zero");
      return otherwise;
    }
    return duration;
  }

  /** The normalized path; empty text where it is not valid. */
  String path(String field, String value) {
    if (!check(size(value) <= MAX_FIELD, field, "is longer than 64 KiB")) {
      return "";
    }
    return WorkspacePath.normalize(value)
        .orElseGet(
            () -> {
              add(
                  field,
                  "must be a path inside the workspace folder, such as /workspace/app or app");
              return "";
            });
  }

  /** Where git clones from: any host that DNS knows, and a user's name before it. */
  void gitUrl(String field, String value, Set<String> schemes) {
    Optional<UrlAuthority> authority = authority(field, value, schemes);
    if (authority.isPresent()) {
      check(
          !authority.get().hasPassword(),
          field,
          "must not carry a password; it belongs into the authentication fields");
    }
  }

  /** What is fetched by HTTP: a host whose name has no underscores, and nobody's name. */
  void webUrl(String field, String value) {
    Optional<UrlAuthority> authority = authority(field, value, WEB);
    if (authority.isPresent()) {
      check(authority.get().login().isEmpty(), field, "must not carry credentials");
      check(
          authority.get().host().indexOf('_') < 0,
          field,
          "must have a host without underscores, which git alone can ask");
    }
  }

  private Optional<UrlAuthority> authority(String field, String value, Set<String> schemes) {
    if (!present(field, value)) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(value);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      Optional<UrlAuthority> authority =
          Optional.ofNullable(uri.getRawAuthority())
              .filter(present -> schemes.contains(scheme))
              .flatMap(UrlAuthority::parse);
      check(
          authority.isPresent(),
          field,
          "must be a URL with a host, a port of 1 to 65535 or none, and one of the schemes "
              + String.join(", ", schemes));
      return authority;
    } catch (URISyntaxException e) {
      add(field, "must be a URL");
      return Optional.empty();
    }
  }

  /** Bytes of a text on the wire. */
  static int size(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }
}
