// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.security.PasswordRecord;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The secret {@code atelier-admin-password}, key {@code hash}: of all managers of a namespace. */
public final class SecretPasswordRecord implements PasswordRecord {
  /** The secret's name. */
  public static final String NAME = "atelier-admin-password";

  private static final String KEY = "hash";

  private final KubernetesClient client;
  private final String namespace;

  /** Reads and writes nothing yet. */
  public SecretPasswordRecord(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  @Override
  public Optional<String> read() throws WorkspaceFault {
    try {
      return Optional.ofNullable(
              ApiFailure.ask(() -> client.secrets().inNamespace(namespace).withName(NAME).get()))
          .map(SecretPasswordRecord::hash);
    } catch (ApiFailure e) {
      throw e.unavailable();
    }
  }

  /** Empty text where somebody made it without one. */
  private static String hash(Secret secret) {
    Map<String, String> data = Objects.requireNonNullElse(secret.getData(), Map.of());
    byte[] hash = Base64.getDecoder().decode(data.getOrDefault(KEY, ""));
    return new String(hash, StandardCharsets.UTF_8).strip();
  }

  @Override
  public boolean keep(String hash) throws WorkspaceFault {
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(NAME)
            .endMetadata()
            .withStringData(Map.of(KEY, hash))
            .build();
    try {
      ApiFailure.ask(() -> client.secrets().inNamespace(namespace).resource(secret).create());
      return true;
    } catch (ApiFailure e) {
      if (e.kind() == ApiFailure.Kind.EXISTS) {
        return false;
      }
      throw e.unavailable();
    }
  }

  @Override
  public String toString() {
    return "secret " + namespace + "/" + NAME;
  }
}
