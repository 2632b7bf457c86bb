// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.ledger.TimelineEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Something that happened to an instance, as a line of its page.
 *
 * @param kind for the style sheet
 * @param title a few words
 * @param at when, as RFC 3339
 * @param aside who did it and how long it took; may be empty
 * @param detail more of it; may be empty
 * @param advice what may be done about a failure; empty otherwise
 */
public record TimelineRow(
    String kind, String title, String at, String aside, String detail, String advice) {

  static TimelineRow of(TimelineEntry entry) {
    List<String> aside = new ArrayList<>();
    if (!entry.actor().isEmpty()) {
      aside.add("by " + entry.actor());
    }
    entry.duration().ifPresent(took -> aside.add("took " + HumanDuration.of(took)));
    return new TimelineRow(
        switch (entry.kind()) {
          case PHASE -> entry.title().toLowerCase(Locale.ROOT);
          case FAILURE -> "failed";
          case CONDITION, CONTENT, COPY, ACT -> Wording.key(entry.kind());
        },
        entry.kind() == TimelineEntry.Kind.ACT ? words(entry.title()) : entry.title(),
        entry.at().toString(),
        String.join(", ", aside),
        refused(entry) ? "refused: " + entry.detail() : entry.detail(),
        entry.advice());
  }

  private static boolean refused(TimelineEntry entry) {
    return entry.kind() == TimelineEntry.Kind.ACT && !entry.detail().isEmpty();
  }

  /** A call's name as words: {@code SetTimeout} is {@code Set timeout}. */
  private static String words(String act) {
    String apart = act.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
    return Pattern.compile(" [A-Z](?=[a-z])")
        .matcher(apart)
        .replaceAll(match -> match.group().toLowerCase(Locale.ROOT));
  }

  /** What the instance itself knows of its life. */
  static TimelineRow of(WorkspaceView.Step step) {
    return new TimelineRow("phase", step.name(), step.at(), step.after(), "", "");
  }
}
