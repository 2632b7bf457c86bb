package dev.atelier.web.console;

import dev.atelier.workspace.ledger.TimelineEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
        entry.title(),
        entry.at().toString(),
        String.join(", ", aside),
        entry.detail(),
        entry.advice());
  }

  /** What the instance itself knows of its life. */
  static TimelineRow of(WorkspaceView.Step step) {
    return new TimelineRow("phase", step.name(), step.at(), step.after(), "", "");
  }
}
