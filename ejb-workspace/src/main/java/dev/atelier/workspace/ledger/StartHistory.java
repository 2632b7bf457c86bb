// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.Session;
import dev.atelier.workspace.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Starts of all instances, as far back as the timeline is kept. The database counts them, and what
 * it found is remembered for a minute, so that no number of pages that ask makes it count more.
 */
public final class StartHistory {
  /** For how long it is remembered. */
  static final Duration FRESH = Duration.ofMinutes(1);

  /**
   * Those of one kind with the part of the span that each lies in. What a clock that is a little
   * ahead of this one has told belongs to the last part.
   */
  private static final String PARTS =
      """
      select least(cast(?3 as integer), cast(floor((extract(epoch from happened_at)
          - cast(?1 as bigint)) / cast(?2 as bigint)) as integer)) as part, took_millis
      from ledger_timeline where happened_at >= ?4 and happened_at < ?5 and id like ?6
      """;

  private static final String COUNTS =
      "select part, count(*) from (" + PARTS + ") parts group by part";

  private static final String SHARES =
      """
      count(*), percentile_disc(0.5) within group (order by took_millis),
      percentile_disc(0.9) within group (order by took_millis),
      percentile_disc(0.99) within group (order by took_millis)
      from (%s) parts where took_millis is not null
      """
          .formatted(PARTS);

  private static final String TIMES = "select part, " + SHARES + " group by part";
  private static final String ALL_TIMES = "select 0, " + SHARES;

  private static final String STARTED = "%/phase:PENDING";
  private static final String FAILED = "%/failed";
  private static final String RAN = "%/phase:RUNNING";

  private final LedgerDatabase database;
  private final InstantSource clock;
  private final Map<Span, Reading> remembered = new ConcurrentHashMap<>();

  StartHistory(LedgerDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  private record Span(Duration part, int parts) {}

  private record Reading(Instant at, FutureTask<History> history) {
    private boolean fresh(Instant now) {
      return !now.isBefore(at) && now.isBefore(at.plus(FRESH));
    }
  }

  /**
   * A span of time in equal parts.
   *
   * @param from when it begins
   * @param starts instances that were recorded in each part
   * @param failures instances that failed in each part
   * @param runs how long those took to run that first ran in each part
   * @param all how long all of them took
   */
  public record History(
      Instant from, List<Long> starts, List<Long> failures, List<Took> runs, Took all) {
    /** Copies what was given. */
    public History {
      starts = List.copyOf(starts);
      failures = List.copyOf(failures);
      runs = List.copyOf(runs);
    }
  }

  /**
   * How long instances took until they ran.
   *
   * @param count how many
   * @param p50 what half of them did not exceed, in milliseconds; 0 of none
   * @param p90 what nine of ten did not exceed
   * @param p99 what 99 of 100 did not exceed
   */
  public record Took(long count, long p50, long p90, long p99) {
    /** Nothing did. */
    public static final Took NONE = new Took(0, 0, 0, 0);

    private static Took of(Object[] row) {
      return number(row[1]) == 0
          ? NONE
          : new Took(number(row[1]), number(row[2]), number(row[3]), number(row[4]));
    }
  }

  /**
   * The span of so many parts that ends now, or ended within the last minute.
   *
   * @param part whole seconds
   * @throws WorkspaceFault UNAVAILABLE when the database is away
   */
  public History last(Duration part, int parts) throws WorkspaceFault {
    Instant now = clock.instant();
    Span span = new Span(part, parts);
    Reading reading =
        remembered.compute(
            span,
            (same, before) ->
                before != null && before.fresh(now)
                    ? before
                    : new Reading(now, new FutureTask<>(() -> read(now, span))));
    // Nothing where another one has begun it.
    reading.history().run();
    try {
      return reading.history().get();
    } catch (ExecutionException e) {
      remembered.remove(span, reading);
      if (e.getCause() instanceof WorkspaceFault fault) {
        throw fault;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("the ledger is not waited for any more");
    }
  }

  private History read(Instant now, Span span) throws WorkspaceFault {
    Instant from = now.minus(span.part().multipliedBy(span.parts()));
    return database.read(
        session -> {
          List<Took> runs = new ArrayList<>(Collections.nCopies(span.parts(), Took.NONE));
          for (Object[] row : rows(session, TIMES, span, from, RAN)) {
            runs.set((int) number(row[0]), Took.of(row));
          }
          return new History(
              from,
              counts(session, span, from, STARTED),
              counts(session, span, from, FAILED),
              runs,
              Took.of(rows(session, ALL_TIMES, span, from, RAN).get(0)));
        });
  }

  private static List<Long> counts(Session session, Span span, Instant from, String kind)
      throws StoreFailure {
    List<Long> counts = new ArrayList<>(Collections.nCopies(span.parts(), 0L));
    for (Object[] row : rows(session, COUNTS, span, from, kind)) {
      counts.set((int) number(row[0]), number(row[1]));
    }
    return counts;
  }

  private static List<Object[]> rows(
      Session session, String query, Span span, Instant from, String kind) throws StoreFailure {
    return session.rows(
        query,
        from.getEpochSecond(),
        span.part().toSeconds(),
        span.parts() - 1,
        from.atOffset(ZoneOffset.UTC),
        from.plus(span.part().multipliedBy(span.parts() + 1L)).atOffset(ZoneOffset.UTC),
        kind);
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }
}
