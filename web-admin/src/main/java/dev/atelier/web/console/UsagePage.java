// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.console.chart.Bars;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.Usage;
import dev.atelier.workspace.ledger.UsageFilter;
import dev.atelier.workspace.ledger.UsageRow;
import dev.atelier.workspace.ledger.UsageRow.Dimension;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was used, as it was asked for. */
@Named
@RequestScoped
public class UsagePage {
  private static final int MOST_ROWS = 500;
  private static final Map<String, String> CHOICES =
      Map.of(
          "owner", "Owner",
          "team", "Team",
          "project", "Project",
          "class", "Class",
          "day", "Day");

  @Inject private Usage usage;
  @Inject private InstantSource clock;
  @Inject private HttpServletRequest request;

  private UsageQuery query;
  private List<Row> rows = List.of();
  private int left;
  private double minutes;
  private double credits;
  private Bars days = Bars.of(List.of(), List.of(), List.of());
  private String problem = "";

  /**
   * What one of them used.
   *
   * @param name of it; empty: it has none
   * @param instances how many
   * @param hours for people
   * @param credits for people
   * @param share of all time, in percent
   */
  public record Row(String name, int instances, String hours, String credits, double share) {}

  /**
   * What may be told apart.
   *
   * @param label for people
   * @param search of its address
   * @param chosen whether it is the present one
   */
  public record Choice(String label, String search, boolean chosen) {}

  @PostConstruct
  void read() {
    query = UsageQuery.of(request::getParameter, clock.instant());
    try {
      UsageFilter filter = query.filter();
      List<UsageRow> used = usage.rows(filter, query.by());
      minutes = used.stream().mapToDouble(UsageRow::minutes).sum();
      credits = used.stream().mapToDouble(UsageRow::credits).sum();
      boolean byDay = query.by().equals(EnumSet.of(Dimension.DAY));
      rows =
          used.stream()
              .sorted(
                  byDay
                      ? Comparator.comparing(UsageRow::day).reversed()
                      : Comparator.comparingDouble(UsageRow::minutes).reversed())
              .limit(MOST_ROWS)
              .map(this::row)
              .toList();
      left = used.size() - rows.size();
      draw(filter);
    } catch (WorkspaceFault | DateTimeException fault) {
      problem = fault.getMessage();
    }
  }

  private Row row(UsageRow used) {
    return new Row(
        String.join(
                " ", used.day(), used.owner(), used.team(), used.project(), used.workspaceClass())
            .strip(),
        used.instances(),
        number(used.minutes() / 60),
        number(used.credits()),
        minutes == 0 ? 0 : Math.round(1000 * used.minutes() / minutes) / 10.0);
  }

  /** Minutes of each day. */
  private void draw(UsageFilter filter) throws WorkspaceFault {
    Map<String, UsageRow> byDay =
        usage.rows(filter, EnumSet.of(Dimension.DAY)).stream()
            .collect(Collectors.toMap(UsageRow::day, row -> row));
    List<LocalDate> span = filter.from().datesUntil(filter.to().plusDays(1)).toList();
    List<Long> values =
        span.stream()
            .map(day -> byDay.get(day.toString()))
            .map(day -> day == null ? 0 : Math.round(day.minutes()))
            .toList();
    List<Instant> begins =
        span.stream().map(day -> day.atStartOfDay().toInstant(ZoneOffset.UTC)).toList();
    days = Bars.of(begins, values, Collections.nCopies(values.size(), 0L));
  }

  static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%,.2f" : "%,.0f", value);
  }

  /** What was used, most first; by day, the last one first. */
  public List<Row> getRows() {
    return rows;
  }

  /** How many are not shown. */
  public int getLeft() {
    return left;
  }

  /** Hours in all, for people. */
  public String getHours() {
    return number(minutes / 60);
  }

  /** Credits in all, for people. */
  public String getCredits() {
    return number(credits);
  }

  /** Minutes of each day. */
  public Bars getDays() {
    return days;
  }

  /** What may be told apart. */
  public List<Choice> getChoices() {
    return List.of("owner", "team", "project", "class", "day").stream()
        .map(by -> new Choice(CHOICES.get(by), query.search(by), query.byText().equals(by)))
        .toList();
  }

  /** What is told apart, as the address has it. */
  public String getBy() {
    return query.byText();
  }

  /** What is told apart, for people. */
  public String getByLabel() {
    return CHOICES.getOrDefault(query.byText(), "What");
  }

  /** The first day that is shown. */
  public String getFrom() {
    return problem.isEmpty() ? query.filter().from().toString() : "";
  }

  /** The last day that is shown. */
  public String getTo() {
    return problem.isEmpty() ? query.filter().to().toString() : "";
  }

  /** The address of all of it as CSV, each day by itself. */
  public String getCsv() {
    return "/usage.csv" + query.search("day,owner,team,project,class");
  }

  /** What the address says of a field; empty: nothing. */
  public String asked(String name) {
    return query.asked().getOrDefault(name, "");
  }

  /** Why nothing can be shown; empty when it can. */
  public String getProblem() {
    return problem;
  }
}
