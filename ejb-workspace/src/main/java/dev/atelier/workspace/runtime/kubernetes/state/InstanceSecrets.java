// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.runtime.kubernetes.watch.Watching;
import dev.atelier.workspace.store.WorkspaceJson;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The Secret of each instance, which goes with it. What is asked for with every status, the owner
 * token, is kept at hand; the rest is read when it is needed, but for the first time, at the launch
 * that follows when they are made.
 */
final class InstanceSecrets implements AutoCloseable {
  /** Value of the label by which the watch finds them. */
  static final String KIND = "instance";

  private static final String TYPE = Names.GROUP + "/instance";
  private static final String TOKEN = "owner-token";
  private static final String ENVIRONMENT = "environment.json.gz";
  private static final String CREDENTIALS = "credentials.json";

  /** More than wait for their launch at a time, unless another manager launches. */
  private static final int MOST_NEW = 64;

  private final WorkspaceJson json = new WorkspaceJson();
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  /** What was just made and not asked for, by uid of the resource; guarded by itself. */
  private final Map<String, WorkspaceSecrets> made =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, WorkspaceSecrets> eldest) {
          return size() > MOST_NEW;
        }
      };

  private final KubernetesClient client;
  private final String namespace;
  private final Watching<Secret> watching;

  /** What is kept at hand. */
  private record Held(String uid, String ownerToken, boolean credentials) {
    @Override
    public String toString() {
      return "Held[]";
    }
  }

  private record Environment(List<EnvironmentVariable> variables) {}

  InstanceSecrets(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.watching =
        new Watching<>(
            () ->
                client
                    .secrets()
                    .inNamespace(namespace)
                    .withLabel(Names.SECRET_LABEL, KIND)
                    .runnableInformer(0),
            Secret::new,
            this::present,
            this::gone);
  }

  Watching<Secret> watching() {
    return watching;
  }

  /** Keeps the secrets of an instance whose resource has that uid. */
  void create(Workspace workspace, String uid, WorkspaceSecrets secrets) throws ApiFailure {
    Secret secret = secret(workspace, uid, secrets);
    var request = client.secrets().inNamespace(namespace).resource(secret);
    try {
      present(ApiFailure.ask(request::create));
    } catch (ApiFailure e) {
      switch (e.kind()) {
        // Of an instance of that name that is gone, and not collected yet.
        case EXISTS -> present(ApiFailure.ask(request::update));
        case INVALID, NOT_FOUND, CONFLICT, REFUSED, DOUBTFUL -> throw e;
      }
    }
    synchronized (made) {
      made.put(uid, secrets);
    }
  }

  /**
   * The secrets of an instance whose resource has that uid; empty when somebody has deleted them.
   */
  Optional<WorkspaceSecrets> read(Workspace workspace, String uid)
      throws ApiFailure, WorkspaceFault {
    boolean credentialsHeld = workspace.status().progress().credentialsHeld();
    WorkspaceSecrets known;
    synchronized (made) {
      known = made.remove(uid);
    }
    if (known != null) {
      return Optional.of(credentialsHeld ? known : known.withoutCredentials());
    }
    Secret secret =
        ApiFailure.ask(
            () ->
                client
                    .secrets()
                    .inNamespace(namespace)
                    .withName(Names.secret(workspace.id()))
                    .get());
    if (secret == null || secret.getData() == null) {
      return Optional.empty();
    }
    try {
      Map<String, String> data = secret.getData();
      Initializer initializer =
          data.containsKey(CREDENTIALS)
              ? json.read(bytes(data, CREDENTIALS), Initializer.class)
              : workspace.spec().initializer();
      return Optional.of(
          new WorkspaceSecrets(
              new String(bytes(data, TOKEN), StandardCharsets.UTF_8),
              json.read(unzipped(bytes(data, ENVIRONMENT)), Environment.class).variables(),
              credentialsHeld ? Optional.ofNullable(initializer) : Optional.empty()));
    } catch (IOException | IllegalArgumentException e) {
      throw WorkspaceFault.unavailable(
          "the secrets of instance " + workspace.id() + " cannot be read", e);
    }
  }

  /** The owner token, if it is at hand. */
  Optional<String> ownerToken(String id) {
    return Optional.ofNullable(held.get(Names.secret(id))).map(Held::ownerToken);
  }

  /** Erases the credentials of an initializer, unless there are none. */
  void eraseCredentials(String id) throws ApiFailure {
    String name = Names.secret(id);
    Held present = held.get(name);
    if (present != null && !present.credentials()) {
      return;
    }
    // Of one that is only named the client would read all of it first.
    Secret bare = new SecretBuilder().withNewMetadata().withName(name).endMetadata().build();
    try {
      present(
          ApiFailure.ask(
              () ->
                  client
                      .secrets()
                      .inNamespace(namespace)
                      .resource(bare)
                      .patch(
                          PatchContext.of(PatchType.JSON_MERGE),
                          "{\"data\":{\"" + CREDENTIALS + "\":null}}")));
    } catch (ApiFailure e) {
      if (e.kind() != ApiFailure.Kind.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Makes whatever has this owner go with the instance. */
  static OwnerReference ownedBy(String id, String uid) {
    return new OwnerReferenceBuilder()
        .withApiVersion(Names.GROUP + "/" + Names.VERSION)
        .withKind("Workspace")
        .withName(id)
        .withUid(uid)
        .build();
  }

  private Secret secret(Workspace workspace, String uid, WorkspaceSecrets secrets) {
    Map<String, String> data = new HashMap<>();
    put(data, TOKEN, secrets.ownerToken().getBytes(StandardCharsets.UTF_8));
    put(data, ENVIRONMENT, zipped(json.document(new Environment(secrets.environment()))));
    // Left out where it is the one that the spec shows.
    Optional<Initializer> shown = Optional.of(workspace.spec().initializer());
    if (workspace.status().progress().credentialsHeld() && !secrets.initializer().equals(shown)) {
      put(data, CREDENTIALS, json.document(secrets.initializer().orElse(null)));
    }
    return new SecretBuilder()
        .withNewMetadata()
        .withName(Names.secret(workspace.id()))
        .addToLabels(Names.SECRET_LABEL, KIND)
        .addToLabels(Names.INSTANCE_LABEL, workspace.id())
        .addToLabels(Names.OWNER_LABEL, workspace.spec().owner())
        .withOwnerReferences(ownedBy(workspace.id(), uid))
        .endMetadata()
        .withType(TYPE)
        .withData(data)
        .build();
  }

  private void present(Secret secret) {
    Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
    if (data.containsKey(TOKEN)) {
      held.put(
          secret.getMetadata().getName(),
          new Held(
              secret.getMetadata().getUid(),
              new String(Base64.getDecoder().decode(data.get(TOKEN)), StandardCharsets.UTF_8),
              data.containsKey(CREDENTIALS)));
    }
  }

  private void gone(Secret secret) {
    held.computeIfPresent(
        secret.getMetadata().getName(),
        (name, present) -> present.uid().equals(secret.getMetadata().getUid()) ? null : present);
  }

  private static void put(Map<String, String> data, String key, byte[] value) {
    data.put(key, Base64.getEncoder().encodeToString(value));
  }

  private static byte[] bytes(Map<String, String> data, String key) throws IOException {
    String value = data.get(key);
    if (value == null) {
      throw new IOException("it has no " + key);
    }
    return Base64.getDecoder().decode(value);
  }

  private static byte[] zipped(byte[] text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] unzipped(byte[] bytes) throws IOException {
    try (GZIPInputStream zip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return zip.readAllBytes();
    }
  }

  @Override
  public void close() {
    watching.close();
  }
}
