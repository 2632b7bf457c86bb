// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.Session;
import dev.atelier.workspace.store.StoreFailure;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The audit log: who did what, on what, when, and what came of it, newest first. Every method
 * throws UNAVAILABLE when its database is away.
 */
public final class AuditTrail {
  private static final int AT_ONCE = 1_000;

  private final LedgerDatabase database;

  AuditTrail(LedgerDatabase database) {
    this.database = database;
  }

  /**
   * Some of the acts that are meant.
   *
   * @param offset how many are left out
   * @param limit most that are answered, 0 to {@value Page#LARGEST}
   */
  public Page<AuditEntry> page(AuditFilter filter, int offset, int limit) throws WorkspaceFault {
    Asked asked = Asked.of(filter);
    return database.read(
        session ->
            new Page<>(
                limit == 0 ? List.of() : rows(session, asked, offset, limit),
                session
                    .query(
                        Long.class,
                        "select count(a) from AuditRecord a" + asked.where(),
                        asked.parameters())
                    .get(0)));
  }

  /** The acts that are known by name, in order; for a choice. */
  public List<String> acts() throws WorkspaceFault {
    return database.read(
        session ->
            session.query(String.class, "select distinct a.act from AuditRecord a order by a.act"));
  }

  /** The outcomes that are known, in order; for a choice. */
  public List<String> outcomes() throws WorkspaceFault {
    return database.read(
        session ->
            session.query(
                String.class, "select distinct a.outcome from AuditRecord a order by a.outcome"));
  }

  /** All that are meant as CSV with a head, as RFC 4180 says. */
  public void csv(AuditFilter filter, Appendable out) throws WorkspaceFault, IOException {
    Csv csv = new Csv(out);
    csv.row("id", "at", "actor", "origin", "act", "subject", "owner", "meta_id", "outcome");
    Asked asked = Asked.of(filter);
    List<AuditEntry> some;
    int offset = 0;
    do {
      int from = offset;
      some = database.read(session -> rows(session, asked, from, AT_ONCE));
      for (AuditEntry one : some) {
        csv.row(
            one.id(),
            one.at(),
            one.actor(),
            one.origin(),
            one.act(),
            one.subject(),
            one.owner(),
            one.metaId(),
            one.outcome());
      }
      offset += some.size();
    } while (some.size() == AT_ONCE);
  }

  private static List<AuditEntry> rows(Session session, Asked asked, int offset, int limit)
      throws StoreFailure {
    return session
        .page(
            AuditRecord.class,
            "select a from AuditRecord a" + asked.where() + " order by a.at desc, a.id desc",
            offset,
            Math.min(limit, Page.LARGEST),
            asked.parameters())
        .stream()
        .map(AuditRecord::entry)
        .toList();
  }

  /** A filter in JPA's words. */
  private record Asked(String where, List<Object> values) {
    Object[] parameters() {
      return values.toArray();
    }

    static Asked of(AuditFilter filter) {
      List<String> terms = new ArrayList<>();
      List<Object> values = new ArrayList<>();
      term(terms, values, "a.actor = ?", filter.actor());
      term(terms, values, "a.act = ?", filter.act());
      term(terms, values, "a.outcome = ?", filter.outcome());
      term(terms, values, "(a.subject = ? or a.metaId = ? or a.owner = ?)", filter.workspace());
      filter.from().ifPresent(from -> term(terms, values, "a.at >= ?", utc(from)));
      filter.to().ifPresent(to -> term(terms, values, "a.at < ?", utc(to)));
      return new Asked(terms.isEmpty() ? "" : " where " + String.join(" and ", terms), values);
    }

    private static void term(List<String> terms, List<Object> values, String term, Object value) {
      if (!value.equals("")) {
        values.add(value);
        terms.add(term.replace("?", "?" + values.size()));
      }
    }

    private static OffsetDateTime utc(Instant at) {
      return at.atOffset(ZoneOffset.UTC);
    }
  }
}
