// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The row of something that happened. */
@Entity
@Table(name = "ledger_timeline")
class TimelineRecord {
  /** The instance, and what it is in its life: the same thing is not told twice. */
  @Id private String id;

  private String instance;

  @Column(name = "happened_at")
  private OffsetDateTime at;

  @Enumerated(EnumType.STRING)
  private TimelineEntry.Kind kind;

  private String title;
  private String detail;
  private String advice;

  /** Null where it is not known. */
  @Column(name = "took_millis")
  private Long tookMillis;

  /** For JPA. */
  protected TimelineRecord() {}

  TimelineRecord(String key, TimelineEntry entry) {
    this.id = entry.instance() + "/" + key;
    this.instance = entry.instance();
    this.at = entry.at().atOffset(ZoneOffset.UTC);
    this.kind = entry.kind();
    this.title = entry.title();
    this.detail = entry.detail();
    this.advice = entry.advice();
    this.tookMillis = entry.duration().map(Duration::toMillis).orElse(null);
  }

  String id() {
    return id;
  }

  TimelineEntry entry() {
    return new TimelineEntry(
        instance,
        at.toInstant(),
        kind,
        title,
        detail,
        advice,
        "",
        Optional.ofNullable(tookMillis).map(Duration::ofMillis));
  }
}
