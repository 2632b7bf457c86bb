// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** Which key the secrets of this database are encrypted with. */
@Entity
@Table(name = "secrets_key")
class KeyRecord {
  @Id private String fingerprint;

  /** For JPA. */
  protected KeyRecord() {}

  KeyRecord(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  String fingerprint() {
    return fingerprint;
  }
}
