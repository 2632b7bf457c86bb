// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.UsageRecord.UsageSpan;
import dev.atelier.workspace.ledger.UsageRow.Dimension;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Minutes and credits. */
public final class Usage {
  private static final int AT_ONCE = 5_000;

  private final LedgerDatabase database;
  private final InstantSource clock;

  Usage(LedgerDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  private record Key(
      String day, String owner, String team, String project, String workspaceClass) {}

  private static final class Sum {
    private int instances;
    private Duration time = Duration.ZERO;
    private double credits;
  }

  /**
   * What was used, in the order of the dimensions; what runs is counted up to now.
   *
   * @param by what is told apart
   * @throws WorkspaceFault INVALID_ARGUMENT for days in the wrong order or too many, UNAVAILABLE
   *     when the database is away
   */
  public List<UsageRow> rows(UsageFilter filter, Set<Dimension> by) throws WorkspaceFault {
    if (filter.to().isBefore(filter.from())) {
      throw WorkspaceFault.invalid("to", "is before from");
    }
    if (filter.from().plusDays(UsageFilter.MOST_DAYS).isBefore(filter.to())) {
      throw WorkspaceFault.invalid(
          "from", "is more than %d days before to".formatted(UsageFilter.MOST_DAYS));
    }
    Instant now = clock.instant();
    Map<Key, Sum> sums = new TreeMap<>(Comparator.comparing(Key::toString));
    int offset = 0;
    List<UsageSpan> some;
    do {
      some = spans(filter, offset);
      some.forEach(span -> add(sums, span, filter, by, now));
      offset += some.size();
    } while (some.size() == AT_ONCE);
    List<UsageRow> rows = new ArrayList<>();
    sums.forEach(
        (key, sum) ->
            rows.add(
                new UsageRow(
                    key.day(),
                    key.owner(),
                    key.team(),
                    key.project(),
                    key.workspaceClass(),
                    sum.instances,
                    minutes(sum.time),
                    sum.credits)));
    return List.copyOf(rows);
  }

  private List<UsageSpan> spans(UsageFilter filter, int offset) throws WorkspaceFault {
    return database.read(
        session ->
            session
                .page(
                    UsageRecord.class,
                    "select u from UsageRecord u where u.beganAt < ?1"
                        + " and (u.endedAt is null or u.endedAt > ?2)"
                        + " and (?3 = '' or u.owner = ?3) and (?4 = '' or u.team = ?4)"
                        + " and (?5 = '' or u.project = ?5)"
                        + " and (?6 = '' or u.workspaceClass = ?6) order by u.instance",
                    offset,
                    AT_ONCE,
                    filter.to().plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC),
                    filter.from().atStartOfDay().atOffset(ZoneOffset.UTC),
                    filter.owner(),
                    filter.team(),
                    filter.project(),
                    filter.workspaceClass())
                .stream()
                .map(UsageRecord::span)
                .toList());
  }

  private static void add(
      Map<Key, Sum> sums, UsageSpan span, UsageFilter filter, Set<Dimension> by, Instant now) {
    Instant end = span.end().orElse(now);
    LocalDate first = later(filter.from(), day(span.begin()));
    Set<Key> counted = new HashSet<>();
    for (LocalDate day = first; !day.isAfter(filter.to()); day = day.plusDays(1)) {
      Instant from = max(span.begin(), day.atStartOfDay().toInstant(ZoneOffset.UTC));
      Instant to = min(end, day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC));
      if (!from.isBefore(to)) {
        return;
      }
      Key key =
          new Key(
              by.contains(Dimension.DAY) ? day.toString() : "",
              by.contains(Dimension.OWNER) ? span.owner() : "",
              by.contains(Dimension.TEAM) ? span.team() : "",
              by.contains(Dimension.PROJECT) ? span.project() : "",
              by.contains(Dimension.CLASS) ? span.workspaceClass() : "");
      Sum sum = sums.computeIfAbsent(key, none -> new Sum());
      Duration time = Duration.between(from, to);
      sum.time = sum.time.plus(time);
      sum.credits += minutes(time) * span.creditsPerMinute();
      if (counted.add(key)) {
        sum.instances++;
      }
    }
  }

  /** The same as CSV with a head, as RFC 4180 says. */
  public void csv(UsageFilter filter, Set<Dimension> by, Appendable out)
      throws WorkspaceFault, IOException {
    Csv csv = new Csv(out);
    csv.row("day", "owner", "team", "project", "class", "instances", "minutes", "credits");
    for (UsageRow row : rows(filter, by)) {
      csv.row(
          row.day(),
          row.owner(),
          row.team(),
          row.project(),
          row.workspaceClass(),
          row.instances(),
          decimal(row.minutes()),
          decimal(row.credits()));
    }
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, "%.4f", number);
  }

  private static double minutes(Duration time) {
    return time.toNanos() / 60e9;
  }

  private static LocalDate day(Instant at) {
    return at.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  private static LocalDate later(LocalDate one, LocalDate other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant max(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant min(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
