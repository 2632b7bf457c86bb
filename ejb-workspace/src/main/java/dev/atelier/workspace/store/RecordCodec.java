// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** Between the domain's values and the rows that they are kept in. */
final class RecordCodec {
  private static final String KEPT = "kept";
  private static final String CREDENTIALS = "credentials";

  private final WorkspaceJson json = new WorkspaceJson();
  private final SecretCipher cipher;

  RecordCodec(SecretCipher cipher) {
    this.cipher = cipher;
  }

  String document(Workspace workspace) {
    return json.write(workspace);
  }

  /** The document of a row whose instance has changed, with what is not known here as it was. */
  String document(Workspace before, Workspace after, InstanceRecord found) {
    return json.write(before, after, found.document());
  }

  /** The row of an instance's secrets; the initializer is left out where none are held. */
  SecretsRecord record(Workspace workspace, WorkspaceSecrets secrets) {
    String id = workspace.id();
    WorkspaceJson.Kept kept = new WorkspaceJson.Kept(secrets.ownerToken(), secrets.environment());
    byte[] credentials =
        secrets
            .initializer()
            .filter(initializer -> workspace.status().progress().credentialsHeld())
            .map(initializer -> cipher.encrypt(CREDENTIALS, id, json.bytes(initializer)))
            .orElse(null);
    return new SecretsRecord(id, cipher.encrypt(KEPT, id, json.bytes(kept)), credentials);
  }

  Workspace workspace(InstanceRecord found) throws WorkspaceFault {
    try {
      return json.workspace(found.document());
    } catch (NewerFormatException e) {
      throw WorkspaceFault.unavailable(e.getMessage(), e);
    } catch (IOException e) {
      throw WorkspaceFault.unavailable(
          "the record of instance " + found.id() + " cannot be read by this version", e);
    }
  }

  WorkspaceSecrets secrets(SecretsRecord found) throws WorkspaceFault {
    String id = found.id();
    try {
      WorkspaceJson.Kept kept = json.kept(cipher.decrypt(KEPT, id, found.kept()));
      byte[] credentials = found.credentials();
      return new WorkspaceSecrets(
          kept.ownerToken(),
          kept.environment(),
          credentials == null
              ? Optional.empty()
              : Optional.of(json.initializer(cipher.decrypt(CREDENTIALS, id, credentials))));
    } catch (GeneralSecurityException | IOException e) {
      throw WorkspaceFault.unavailable(
          "the secrets of instance " + id + " cannot be read with the present key", e);
    }
  }
}
