package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceSpec;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
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

  @Enumerated(EnumType.STRING)
  @Column(name = "phase")
  private Phase phase;

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
    this.phase = workspace.phase();
    this.statusVersion = workspace.version();
    this.activeMetaId = active ? spec.metaId() : null;
    this.activeServicePrefix =
        active && !spec.servicePrefix().isEmpty() ? spec.servicePrefix() : null;
    this.document = document;
  }

  String id() {
    return id;
  }

  String document() {
    return document;
  }
}
