// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** An instance's row: the document is the truth, the columns are for queries and uniqueness. */
@Entity
@Table(name = "workspace_instance")
class InstanceRecord {
  static final int ID_LENGTH = 64;

  @Id private String id;
  @Version private long revision;

  @Column(name = "owner")
  private String owner;

  @Column(name = "meta_id")
  private String metaId;

  /** A text: a row with a phase that is not known here must not keep others from being read. */
  @Column(name = "phase")
  private String phase;

  @Column(name = "status_version")
  private long statusVersion;

  @Column(name = "created_at")
  private OffsetDateTime createdAt;

  @Column(name = "active_meta_id")
  private String activeMetaId;

  @Column(name = "active_service_prefix")
  private String activeServicePrefix;

  private String document;

  /** For JPA. */
  protected InstanceRecord() {}

  InstanceRecord(Workspace workspace, String document) {
    this.id = workspace.id();
    this.owner = workspace.spec().owner();
    this.metaId = workspace.spec().metaId();
    this.createdAt = workspace.createdAt().atOffset(ZoneOffset.UTC);
    set(workspace, document);
  }

  final void set(Workspace workspace, String document) {
    WorkspaceSpec spec = workspace.spec();
    boolean active = !workspace.stopped();
    this.phase = workspace.phase().name();
    this.statusVersion = workspace.version();
    this.activeMetaId = active ? spec.metaId() : null;
    this.activeServicePrefix =
        active && !spec.servicePrefix().isEmpty() ? spec.servicePrefix() : null;
    this.document = document;
  }

  String id() {
    return id;
  }

  /** What its columns tell where its document cannot be read. */
  LeftAlone leftAlone(String reason) {
    return new LeftAlone(id, owner, metaId, phase.equals(Phase.STOPPED.name()), reason);
  }

  String document() {
    return document;
  }
}
