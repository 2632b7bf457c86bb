// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.operations.AuditLog.Acted;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Leads acts to the ledger. */
public final class AuditWriter implements Consumer<Acted> {

  private final Ledger ledger;
  private final InstantSource clock;
  private volatile Function<String, Optional<Workspace>> instances = id -> Optional.empty();

  /** Leads to this one. */
  public AuditWriter(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Who knows instances by their id. */
  void lookUpBy(Function<String, Optional<Workspace>> instances) {
    this.instances = instances;
  }

  @Override
  public void accept(Acted acted) {
    Instant now = clock.instant();
    ledger.tell(
        session -> {
          // Only now: an instance is known a little after its start was answered.
          Optional<Workspace> about = instances.apply(acted.subject());
          session.insert(
              new AuditRecord(
                  new AuditEntry(
                      0,
                      now,
                      Ledger.cut(acted.caller().name()),
                      Ledger.cut(acted.caller().origin()),
                      acted.act(),
                      acted.subject(),
                      about.map(one -> one.spec().owner()).orElse(""),
                      about.map(one -> one.spec().metaId()).orElse(""),
                      acted.outcome())));
        });
  }
}
