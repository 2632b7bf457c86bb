// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** An act's row. */
@Entity
@Table(name = "ledger_audit")
class AuditRecord {
  @Id
  @SequenceGenerator(
      name = "ledger_audit",
      sequenceName = "ledger_audit_sequence",
      allocationSize = 50)
  @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "ledger_audit")
  private long id;

  @Column(name = "happened_at")
  private OffsetDateTime at;

  private String actor;
  private String origin;
  private String act;
  private String subject;
  private String owner;

  @Column(name = "meta_id")
  private String metaId;

  private String outcome;

  /** For JPA. */
  protected AuditRecord() {}

  AuditRecord(AuditEntry entry) {
    this.at = entry.at().atOffset(ZoneOffset.UTC);
    this.actor = entry.actor();
    this.origin = entry.origin();
    this.act = entry.act();
    this.subject = entry.subject();
    this.owner = entry.owner();
    this.metaId = entry.metaId();
    this.outcome = entry.outcome();
  }

  AuditEntry entry() {
    return new AuditEntry(id, at.toInstant(), actor, origin, act, subject, owner, metaId, outcome);
  }
}
