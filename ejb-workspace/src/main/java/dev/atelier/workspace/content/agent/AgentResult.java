// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What became of an agent's work. Its text is at most 4,096 bytes, as a termination message may be:
 * lines of name, {@code =} and value, ordered by name, that a Java properties file may have.
 *
 * @param outcome how it ended
 * @param values what there is to tell, by name; never a credential
 */
public record AgentResult(Outcome outcome, Map<String, String> values) {
  /** What Kubernetes keeps of a termination message. */
  static final int MOST_BYTES = 4096;

  private static final int LONGEST_VALUE = 1500;

  /** How an agent's work ended. */
  public enum Outcome {
    /** All of it is done, and durable. */
    DONE(0),
    /** Try again: the store is away, a disk is full. */
    RETRY(75),
    /** What is stored is damaged or not there. */
    UNUSABLE(65),
    /** Someone must act first: credentials, a permission, a limit. */
    REFUSED(77),
    /** It cannot be done, for instance since git refuses. */
    FAILED(1);

    private final int exitCode;

    Outcome(int exitCode) {
      this.exitCode = exitCode;
    }

    /** The agent's exit code. */
    public int exitCode() {
      return exitCode;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Copies the values, in order. */
  public AgentResult {
    values = Map.copyOf(values);
  }

  static AgentResult of(Outcome outcome, String message) {
    return new AgentResult(outcome, Map.of("message", message == null ? "" : message));
  }

  /** Why it was not done; empty otherwise. */
  public String message() {
    return values.getOrDefault("message", "");
  }

  /** As {@link #parse} reads it; long values are cut, and lists from their end. */
  public String text() {
    TreeMap<String, String> lines = new TreeMap<>();
    values.forEach((name, value) -> lines.put(name, line(name, cut(value))));
    lines.put("outcome", line("outcome", outcome.word()));
    int size = lines.values().stream().mapToInt(AgentResult::bytes).sum();
    // Entries of lists have names that end with a number; those of short lists last.
    List<String> listed =
        lines.keySet().stream().filter(name -> name.matches(".*\\.\\d+")).sorted().toList();
    for (int i = listed.size() - 1; i >= 0 && size > MOST_BYTES; i--) {
      size -= bytes(lines.remove(listed.get(i)));
    }
    return String.join("", lines.values());
  }

  private static int bytes(String line) {
    return line.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String cut(String value) {
    return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
  }

  private static String line(String name, String value) {
    return name + '=' + escaped(value) + '\n';
  }

  /** The value as a Java properties file has it, in one line. */
  static String escaped(String value) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' || (i == 0 && c == ' ')) {
        line.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f) {
        line.append("\\u%04x".formatted((int) c));
      } else {
        line.append(c);
      }
    }
    return line.toString();
  }

  /**
   * Reads {@link #text()} back.
   *
   * @throws IllegalArgumentException it is anything else, for instance cut off
   */
  public static AgentResult parse(String text) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot be read", e);
    }
    Map<String, String> values = new TreeMap<>();
    properties.forEach((name, value) -> values.put((String) name, (String) value));
    String outcome = values.remove("outcome");
    if (outcome == null || !text.endsWith("\n")) {
      throw new IllegalArgumentException("not the result of an agent");
    }
    return new AgentResult(Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)), values);
  }
}
