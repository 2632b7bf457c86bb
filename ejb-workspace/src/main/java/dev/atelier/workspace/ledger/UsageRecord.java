// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.domain.Workspace;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The row of an instance that has run, with the time that counts. */
@Entity
@Table(name = "ledger_usage")
class UsageRecord {
  @Id private String instance;

  private String owner;

  @Column(name = "meta_id")
  private String metaId;

  private String team;
  private String project;

  @Column(name = "workspace_class")
  private String workspaceClass;

  @Column(name = "credits_per_minute")
  private double creditsPerMinute;

  @Column(name = "began_at")
  private OffsetDateTime beganAt;

  /** Null while it runs. */
  @Column(name = "ended_at")
  private OffsetDateTime endedAt;

  /** For JPA. */
  protected UsageRecord() {}

  UsageRecord(Workspace workspace, double creditsPerMinute) {
    this.instance = workspace.id();
    this.owner = workspace.spec().owner();
    this.metaId = workspace.spec().metaId();
    this.team = Ledger.cut(workspace.spec().team().orElse(""));
    this.project = Ledger.cut(workspace.spec().project().orElse(""));
    this.workspaceClass = workspace.spec().workspaceClass();
    this.creditsPerMinute = creditsPerMinute;
    this.beganAt = workspace.status().progress().runningAt().orElseThrow().atOffset(ZoneOffset.UTC);
    end(workspace);
  }

  final void end(Workspace workspace) {
    this.endedAt =
        workspace
            .status()
            .progress()
            .stoppingAt()
            .map(at -> at.atOffset(ZoneOffset.UTC))
            .orElse(null);
  }

  String instance() {
    return instance;
  }

  UsageSpan span() {
    return new UsageSpan(
        owner,
        team,
        project,
        workspaceClass,
        creditsPerMinute,
        beganAt.toInstant(),
        Optional.ofNullable(endedAt).map(OffsetDateTime::toInstant));
  }

  /**
   * The time of an instance that counts.
   *
   * @param creditsPerMinute its price, not negative
   * @param end empty while it runs
   */
  record UsageSpan(
      String owner,
      String team,
      String project,
      String workspaceClass,
      double creditsPerMinute,
      Instant begin,
      Optional<Instant> end) {}
}
