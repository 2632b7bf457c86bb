// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
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

  /** A text: a row with a state that is not known here must not keep others from being read. */
  private String state;

  private String message;

  @Column(name = "settled_at")
  private OffsetDateTime settledAt;

  @Column(name = "deleted_at")
  private OffsetDateTime deletedAt;

  private int format;

  /** For JPA. */
  protected SnapshotRecord() {}

  SnapshotRecord(Snapshot snapshot) {
    this.id = snapshot.id();
    set(snapshot);
  }

  /**
   * Becomes that one, unless it yields to what is here.
   *
   * @return whether it did
   */
  boolean take(Snapshot snapshot) {
    boolean takes = !snapshot.yieldsTo(read());
    if (takes) {
      set(snapshot);
    }
    return takes;
  }

  private void set(Snapshot snapshot) {
    this.instanceId = snapshot.instanceId();
    this.owner = snapshot.owner();
    this.metaId = snapshot.metaId();
    this.createdAt = snapshot.createdAt().atOffset(ZoneOffset.UTC);
    this.state = snapshot.state().name();
    this.format = Format.SNAPSHOT.number();
    this.message = snapshot.message();
    this.settledAt = snapshot.settledAt().map(SnapshotRecord::utc).orElse(null);
    this.deletedAt = snapshot.deletedAt().map(SnapshotRecord::utc).orElse(null);
  }

  String id() {
    return id;
  }

  /**
   * The snapshot.
   *
   * @throws WorkspaceFault UNAVAILABLE: only a newer version may touch it
   */
  Snapshot snapshot() throws WorkspaceFault {
    Optional<String> refusal = Format.SNAPSHOT.refusal("the record of snapshot " + id, format);
    if (refusal.isPresent()) {
      throw WorkspaceFault.unavailable(refusal.get());
    }
    try {
      return read();
    } catch (IllegalArgumentException e) {
      throw WorkspaceFault.unavailable(
          "the record of snapshot " + id + " cannot be read by this version", e);
    }
  }

  private Snapshot read() {
    return new Snapshot(
        id,
        instanceId,
        owner,
        metaId,
        createdAt.toInstant(),
        Snapshot.State.valueOf(state),
        message,
        Optional.ofNullable(settledAt).map(OffsetDateTime::toInstant),
        Optional.ofNullable(deletedAt).map(OffsetDateTime::toInstant));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
