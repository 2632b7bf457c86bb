// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.domain.GoDuration;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a {@link Keeper} does for one instance. Its text is that of the {@link AgentOrder} with a
 * few lines more.
 *
 * @param agent what it works on and with
 * @param checkout whose git status is taken, relative to the workspace folder; empty: none
 * @param snapshotId of the snapshot that a prebuild leaves; empty where none may be
 * @param holds what content the folder has already, for people; empty: it is to be made
 * @param volume whether the final backup is a snapshot of the folder's volume, which others make
 * @param finalization how long it tries to save the content once the workspace has ended; positive
 */
public record KeeperOrder(
    AgentOrder agent,
    Optional<String> checkout,
    Optional<String> snapshotId,
    Optional<String> holds,
    boolean volume,
    Duration finalization) {
  private static final Duration FINALIZATION = Duration.ofHours(1);

  /**
   * Reads what {@link #text} has written. A keeper has no credentials of a store.
   *
   * @throws IllegalArgumentException something is missing or makes no sense; the message names it
   */
  public static KeeperOrder parse(Reader text) throws IOException {
    StringBuilder whole = new StringBuilder();
    char[] part = new char[8192];
    for (int read = text.read(part); read >= 0; read = text.read(part)) {
      whole.append(part, 0, read);
    }
    Properties properties = new Properties();
    properties.load(new StringReader(whole.toString()));
    Map<String, String> texts = new TreeMap<>();
    properties.forEach((name, value) -> texts.put((String) name, (String) value));
    Entries entries = new Entries(texts, "keeper.");
    return new KeeperOrder(
        AgentOrder.parse(new StringReader(whole.toString()), Map.of()),
        entries.has("checkout") ? Optional.of(entries.text("checkout", "")) : Optional.empty(),
        entries.optional("snapshot"),
        entries.optional("holds"),
        entries.flag("volume", false),
        entries.duration("finalization", FINALIZATION));
  }

  /** The same text without its initializer, whose credentials nobody needs any more. */
  public static String withoutInitializer(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("initializer."))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** As {@link #parse} reads it. */
  public String text() {
    StringBuilder text = new StringBuilder(agent.text());
    checkout.ifPresent(location -> line(text, "keeper.checkout", location));
    snapshotId.ifPresent(id -> line(text, "keeper.snapshot", id));
    holds.ifPresent(content -> line(text, "keeper.holds", content));
    line(text, "keeper.volume", Boolean.toString(volume));
    line(text, "keeper.finalization", GoDuration.format(finalization));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append('=').append(AgentResult.escaped(value)).append('\n');
  }

  @Override
  public String toString() {
    return "KeeperOrder[" + agent.instanceId() + "]";
  }
}
