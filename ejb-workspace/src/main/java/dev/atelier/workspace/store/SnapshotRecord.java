package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Snapshot;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** A snapshot's row. */
@Entity
@Table(name = "snapshot")
class SnapshotRecord {
  @Id private String id;

  @Column(name = "instance_id")
  private String instanceId;

  @Column(name = "owner")
  private String owner;

  @Column(name = "meta_id")
  private String metaId;

  @Column(name = "created_at")
  private OffsetDateTime createdAt;

  @Enumerated(EnumType.STRING)
  private Snapshot.State state;

  private String message;

  @Column(name = "settled_at")
  private OffsetDateTime settledAt;

  /** For JPA. */
  protected SnapshotRecord() {}

  SnapshotRecord(Snapshot snapshot) {
    this.id = snapshot.id();
    set(snapshot);
  }

  final void set(Snapshot snapshot) {
    this.instanceId = snapshot.instanceId();
    this.owner = snapshot.owner();
    this.metaId = snapshot.metaId();
    this.createdAt = snapshot.createdAt().atOffset(ZoneOffset.UTC);
    this.state = snapshot.state();
    this.message = snapshot.message();
    this.settledAt = snapshot.settledAt().map(SnapshotRecord::utc).orElse(null);
  }

  Snapshot snapshot() {
    return new Snapshot(
        id,
        instanceId,
        owner,
        metaId,
        createdAt.toInstant(),
        state,
        message,
        Optional.ofNullable(settledAt).map(OffsetDateTime::toInstant));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
