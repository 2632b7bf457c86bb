// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.config;

import dev.atelier.workspace.domain.GoDuration;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * Reads the typed settings of one component and collects what is wrong with them, so that an
 * operator learns of every fault at the first start.
 */
public final class Settings {
  private static final Pattern BYTES =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(|k|M|G|T|Ki|Mi|Gi|Ti)");
  private static final Map<String, Long> FACTORS =
      Map.of(
          "", 1L,
          "k", 1_000L,
          "M", 1_000_000L,
          "G", 1_000_000_000L,
          "T", 1_000_000_000_000L,
          "Ki", 1L << 10,
          "Mi", 1L << 20,
          "Gi", 1L << 30,
          "Ti", 1L << 40);

  private final Config config;
  private final List<String> faults = new ArrayList<>();

  /** Reads from this configuration. */
  public Settings(Config config) {
    this.config = config;
  }

  /** A text; an empty one counts as not set. */
  public Optional<String> text(String key) {
    return config.getOptionalValue(key, String.class).map(String::strip).filter(v -> !v.isEmpty());
  }

  /** A text or what it is otherwise. */
  public String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  /** Texts separated by commas. */
  public List<String> texts(String key, String otherwise) {
    return Stream.of(text(key, otherwise).split(","))
        .map(String::strip)
        .filter(v -> !v.isEmpty())
        .toList();
  }

  /** A whole number within bounds. */
  public int number(String key, int otherwise, int min, int max) {
    String value = text(key, Integer.toString(otherwise));
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with the bounds.
    }
    return fault(key, value, "a number between " + min + " and " + max, otherwise);
  }

  /** A number with a fraction that is not negative. */
  public double decimal(String key, double otherwise) {
    String value = text(key, Double.toString(otherwise));
    try {
      double number = Double.parseDouble(value);
      if (number >= 0 && Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    return fault(key, value, "a number that is not negative", otherwise);
  }

  /** true or false. */
  public boolean flag(String key, boolean otherwise) {
    String value = text(key, Boolean.toString(otherwise));
    if (!value.equals("true") && !value.equals("false")) {
      return fault(key, value, "true or false", otherwise);
    }
    return value.equals("true");
  }

  /** A positive duration in Go's form, such as 30m. */
  public Duration duration(String key, Duration otherwise) {
    String value = text(key, GoDuration.format(otherwise));
    return GoDuration.parse(value)
        .filter(duration -> !duration.isNegative() && !duration.isZero())
        .orElseGet(() -> fault(key, value, "a positive duration such as 30m or 1h30m", otherwise));
  }

  /** A duration of 0 or more. */
  public Duration durationOrZero(String key, Duration otherwise) {
    String value = text(key, GoDuration.format(otherwise));
    return GoDuration.parse(value)
        .filter(duration -> !duration.isNegative())
        .orElseGet(() -> fault(key, value, "a duration such as 30m or 0", otherwise));
  }

  /** A time as RFC 3339 has it. */
  public Optional<Instant> instant(String key) {
    Optional<String> value = text(key);
    try {
      return value.map(Instant::parse);
    } catch (DateTimeException e) {
      return fault(key, value.orElse(""), "a time such as 2030-01-31T12:00:00Z", Optional.empty());
    }
  }

  /** Bytes in Kubernetes' form, such as 512Mi or 4G. */
  public long bytes(String key, long otherwise) {
    String value = text(key, Long.toString(otherwise));
    Matcher matcher = BYTES.matcher(value);
    if (!matcher.matches()) {
      return fault(key, value, "a size such as 512Mi, 4Gi or 20G", otherwise);
    }
    return (long) (Double.parseDouble(matcher.group(1)) * FACTORS.get(matcher.group(2)));
  }

  /** CPU in Kubernetes' form, such as 500m or 2, in thousandths of a core. */
  public int cpuMillis(String key, int otherwise) {
    String value = text(key, otherwise + "m");
    try {
      double millis =
          value.endsWith("m")
              ? Double.parseDouble(value.substring(0, value.length() - 1))
              : Double.parseDouble(value) * 1000;
      if (millis >= 0 && millis <= 1_000_000) {
        return (int) Math.ceil(millis);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    return fault(key, value, "CPUs such as 500m or 2", otherwise);
  }

  /** What is set below a prefix that ends with a dot: rest of the key to text. */
  public Map<String, String> below(String prefix) {
    Map<String, String> values = new TreeMap<>();
    StreamSupport.stream(config.getPropertyNames().spliterator(), false)
        .filter(name -> name.startsWith(prefix))
        .forEach(name -> text(name).ifPresent(v -> values.put(name.substring(prefix.length()), v)));
    return values;
  }

  /** Something is wrong with a value. */
  public void fault(String key, String value, String expected) {
    faults.add("%s is \"%s\" but should be %s".formatted(key, value, expected));
  }

  private <T> T fault(String key, String value, String expected, T otherwise) {
    fault(key, value, expected);
    return otherwise;
  }

  /**
   * Ends the reading.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  public void throwIfAny() {
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException("configuration: " + String.join("; ", faults));
    }
  }
}
