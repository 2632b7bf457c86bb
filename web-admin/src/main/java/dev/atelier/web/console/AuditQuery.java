// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.ledger.AuditFilter;
import dev.atelier.workspace.ledger.LedgerDay;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which acts the audit log shows; its address holds it.
 *
 * @param asked by name of the field; empty text: it does not matter
 */
record AuditQuery(Map<String, String> asked) {
  private static final String[] FIELDS = {"actor", "act", "workspace", "outcome", "from", "to"};

  static AuditQuery of(Function<String, String> parameters) {
    Map<String, String> asked = new LinkedHashMap<>();
    for (String field : FIELDS) {
      String value = parameters.apply(field);
      asked.put(field, value == null ? "" : value.strip());
    }
    return new AuditQuery(asked);
  }

  /**
   * As the ledger has it; days are whole ones in UTC.
   *
   * @throws java.time.DateTimeException a day is none
   */
  AuditFilter filter() {
    return new AuditFilter(
        asked.get("actor"),
        asked.get("act"),
        asked.get("workspace"),
        asked.get("outcome"),
        day("from").map(AuditQuery::begin),
        day("to").map(day -> begin(day.plusDays(1))));
  }

  private Optional<LocalDate> day(String field) {
    return Optional.of(asked.get(field)).filter(text -> !text.isEmpty()).map(LedgerDay::parse);
  }

  private static Instant begin(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** As the address of a page of it has it. */
  String search(int page) {
    String parameters =
        asked.entrySet().stream()
            .filter(entry -> !entry.getValue().isEmpty())
            .map(
                entry ->
                    entry.getKey()
                        + "="
                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8)
                        + "&")
            .collect(Collectors.joining());
    return "?" + parameters + "page=" + page;
  }
}
