// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** An instance's secrets, encrypted. */
@Entity
@Table(name = "workspace_secrets")
class SecretsRecord {
  @Id private String id;
  private byte[] kept;

  private byte[] credentials;

  /** For JPA. */
  protected SecretsRecord() {}

  /**
   * A new row.
   *
   * @param kept owner token and environment
   * @param credentials the initializer with its credentials; null: none
   */
  SecretsRecord(String id, byte[] kept, byte[] credentials) {
    this.id = id;
    this.kept = kept;
    this.credentials = credentials;
  }

  String id() {
    return id;
  }

  byte[] kept() {
    return kept;
  }

  /** Null once they are erased. */
  byte[] credentials() {
    return credentials;
  }
}
