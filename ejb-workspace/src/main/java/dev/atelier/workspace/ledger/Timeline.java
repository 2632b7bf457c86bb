// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.TimelineEntry.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Everything that happened to an instance, and who did it. */
public final class Timeline {
  /** Entries of one instance that are shown: more than one has, unless it is played with. */
  private static final int MOST = 2_000;

  private final LedgerDatabase database;

  Timeline(LedgerDatabase database) {
    this.database = database;
  }

  /**
   * What happened to it and what was done to it, oldest first; the last {@value #MOST} of each.
   * Empty for one that is not known. Throws UNAVAILABLE when the database is away.
   */
  public List<TimelineEntry> of(String instance) throws WorkspaceFault {
    return database.read(
        session -> {
          List<TimelineEntry> all = new ArrayList<>();
          session
              .page(
                  TimelineRecord.class,
                  "select t from TimelineRecord t where t.instance = ?1 order by t.at desc",
                  0,
                  MOST,
                  instance)
              .forEach(one -> all.add(one.entry()));
          session
              .page(
                  AuditRecord.class,
                  "select a from AuditRecord a where a.subject = ?1 order by a.at desc",
                  0,
                  MOST,
                  instance)
              .forEach(one -> all.add(act(one.entry())));
          all.sort(Comparator.comparing(TimelineEntry::at).thenComparing(TimelineEntry::kind));
          return List.copyOf(all);
        });
  }

  private static TimelineEntry act(AuditEntry entry) {
    return new TimelineEntry(
        entry.subject(),
        entry.at(),
        Kind.ACT,
        entry.act(),
        entry.outcome().equals(AuditEntry.DONE) ? "" : entry.outcome(),
        "",
        entry.actor(),
        Optional.empty());
  }
}
