// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** Starts of all instances, as far back as the timeline is kept. */
public final class StartHistory {
  /** Of each sort: the last ones of a busy month. */
  private static final int MOST = 200_000;

  private final LedgerDatabase database;

  StartHistory(LedgerDatabase database) {
    this.database = database;
  }

  /**
   * What happened since a moment, the last {@value #MOST} of each, in no order.
   *
   * @param starts when instances were recorded
   * @param failures when instances failed
   * @param runs when instances first ran, and how long after their start
   */
  public record History(List<Instant> starts, List<Instant> failures, List<Run> runs) {
    /** Copies what was given. */
    public History {
      starts = List.copyOf(starts);
      failures = List.copyOf(failures);
      runs = List.copyOf(runs);
    }
  }

  /**
   * An instance first ran.
   *
   * @param at when
   * @param took how long after its start
   */
  public record Run(Instant at, Duration took) {}

  /** What happened since then; throws UNAVAILABLE when the database is away. */
  public History since(Instant since) throws WorkspaceFault {
    OffsetDateTime from = since.atOffset(ZoneOffset.UTC);
    return database.read(
        session ->
            new History(
                times(
                    session.page(
                        OffsetDateTime.class,
                        "select t.at from TimelineRecord t where t.at >= ?1"
                            + " and t.id like '%/phase:PENDING' order by t.at desc",
                        0,
                        MOST,
                        from)),
                times(
                    session.page(
                        OffsetDateTime.class,
                        "select t.at from TimelineRecord t where t.at >= ?1"
                            + " and t.id like '%/failed' order by t.at desc",
                        0,
                        MOST,
                        from)),
                session
                    .page(
                        Object[].class,
                        "select t.at, t.tookMillis from TimelineRecord t where t.at >= ?1"
                            + " and t.tookMillis is not null"
                            + " and t.id like '%/phase:RUNNING' order by t.at desc",
                        0,
                        MOST,
                        from)
                    .stream()
                    .map(StartHistory::run)
                    .toList()));
  }

  private static List<Instant> times(List<OffsetDateTime> times) {
    return times.stream().map(OffsetDateTime::toInstant).toList();
  }

  private static Run run(Object[] row) {
    return new Run(((OffsetDateTime) row[0]).toInstant(), Duration.ofMillis((Long) row[1]));
  }
}
