// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

/** Who has heard of an instance's end; the row goes with the instance's. */
@Entity
@Table(name = "heard_ending")
class HeardRecord {
  @Id
  @Column(name = "instance_id")
  private String instanceId;

  @Version private long revision;

  @Column(name = "heard_by")
  private String heardBy;

  /** For JPA. */
  protected HeardRecord() {}

  HeardRecord(String instanceId, HeardBy heardBy) {
    this.instanceId = instanceId;
    set(heardBy);
  }

  final void set(HeardBy heard) {
    this.heardBy = heard.text();
  }

  String instanceId() {
    return instanceId;
  }

  HeardBy heardBy() {
    return HeardBy.of(heardBy);
  }
}
