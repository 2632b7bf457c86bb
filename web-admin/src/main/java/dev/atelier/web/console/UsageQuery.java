// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.ledger.LedgerDay;
import dev.atelier.workspace.ledger.UsageFilter;
import dev.atelier.workspace.ledger.UsageRow.Dimension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which usage is shown; its address holds it.
 *
 * @param asked by name of the field; empty text: it does not matter
 * @param by what is told apart
 * @param today in UTC
 */
record UsageQuery(Map<String, String> asked, Set<Dimension> by, LocalDate today) {
  private static final String[] FIELDS = {"from", "to", "owner", "team", "project", "class"};
  private static final int DAYS = 30;

  static UsageQuery of(Function<String, String> parameters, Instant now) {
    Map<String, String> asked = new LinkedHashMap<>();
    for (String field : FIELDS) {
      String value = parameters.apply(field);
      asked.put(field, value == null ? "" : value.strip());
    }
    String by = parameters.apply("by");
    Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);
    for (String name : (by == null || by.isBlank() ? "owner" : by).split(",", -1)) {
      WorkspaceQuery.constant(Dimension.class, name.strip()).ifPresent(dimensions::add);
    }
    return new UsageQuery(asked, dimensions, now.atOffset(ZoneOffset.UTC).toLocalDate());
  }

  /**
   * As the ledger has it: the last 30 days unless others are asked for.
   *
   * @throws java.time.DateTimeException a day is none
   */
  UsageFilter filter() {
    LocalDate to = asked.get("to").isEmpty() ? today : LedgerDay.parse(asked.get("to"));
    LocalDate from =
        asked.get("from").isEmpty() ? to.minusDays(DAYS - 1L) : LedgerDay.parse(asked.get("from"));
    return new UsageFilter(
        from, to, asked.get("owner"), asked.get("team"), asked.get("project"), asked.get("class"));
  }

  /** As addresses have what is told apart. */
  String byText() {
    return by.stream().map(Wording::key).collect(Collectors.joining(","));
  }

  /** As the address of it has it, told apart by others. */
  String search(String others) {
    return "?"
        + asked.entrySet().stream()
            .filter(entry -> !entry.getValue().isEmpty())
            .map(
                entry ->
                    entry.getKey()
                        + "="
                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8)
                        + "&")
            .collect(Collectors.joining())
        + "by="
        + others;
  }
}
