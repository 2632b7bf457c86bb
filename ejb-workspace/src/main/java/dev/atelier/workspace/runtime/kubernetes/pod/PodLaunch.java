// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.runtime.MissingSecretException;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes the objects of an instance. All may be made again. */
final class PodLaunch {
  private static final int CONFLICT = 409;
  private static final int INVALID = 422;
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int TOO_LARGE = 413;

  private final KubernetesClient client;
  private final String namespace;
  private final PodSettings settings;
  private final Function<String, WorkspaceClass> classes;
  private final Function<String, PodClass> podClasses;
  private final Function<String, Optional<OwnerReference>> owners;
  private final StoredSizes stored;
  private final PodVolumes volumes;
  private final WarmPods warm;

  PodLaunch(
      KubernetesClient client,
      String namespace,
      PodSettings settings,
      Function<String, WorkspaceClass> classes,
      Function<String, PodClass> podClasses,
      Function<String, Optional<OwnerReference>> owners,
      StoredSizes stored,
      PodVolumes volumes,
      WarmPods warm) {
    this.client = client;
    this.namespace = namespace;
    this.settings = settings;
    this.classes = classes;
    this.podClasses = podClasses;
    this.owners = owners;
    this.stored = stored;
    this.volumes = volumes;
    this.warm = warm;
  }

  /** It can never be made; the message says why. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Makes them, or takes over a pod that waits for an instance.
   *
   * @return the name of that pod, which is to be given {@link #texts}; empty: one was made
   * @throws KubernetesClientException it may succeed later
   * @throws BackupFault it may succeed later
   */
  Optional<String> make(Workspace workspace, WorkspaceSecrets secrets)
      throws Refused, BackupFault, InterruptedException {
    WorkspaceClass sizes = classes.apply(workspace.spec().workspaceClass());
    PodClass podClass = podClasses.apply(workspace.spec().workspaceClass());
    PodVolume volume = roomy(volumes.choose(workspace, podClass), workspace, sizes);
    Map<String, String> texts = texts(workspace, secrets, volume);
    List<OwnerReference> owner = owners.apply(workspace.id()).stream().toList();
    boolean credentials =
        secrets.initializer().map(one -> !one.equals(one.withoutCredentials())).orElse(false);
    try {
      Optional<String> adopted =
          volume.claim().isPresent() || volume.grownBytes() > 0
              ? Optional.empty()
              : warm.adopt(
                  workspace, credentials ? PodCredentials.GIVEN : PodCredentials.NONE, owner);
      if (adopted.isPresent()) {
        return adopted;
      }
      make(secret(workspace, texts));
      volumes.provide(workspace, sizes, podClass, volume);
      make(
          new PodBuilder(
                  WorkspacePod.of(settings, PodRequest.of(workspace), sizes, podClass, volume))
              .editMetadata()
              .addToAnnotations(
                  PodCredentials.ANNOTATION,
                  (credentials ? PodCredentials.HELD : PodCredentials.NONE).word())
              .withOwnerReferences(owner)
              .endMetadata()
              .build());
      return Optional.empty();
    } catch (KubernetesClientException e) {
      throw judged(e);
    }
  }

  /** Whatever was saved can be started: a backup that its class is too small for gets room. */
  private PodVolume roomy(PodVolume volume, Workspace workspace, WorkspaceClass sizes)
      throws BackupFault, InterruptedException {
    long allowed = sizes.resources().storageBytes();
    if (allowed == 0 || !volume.holds().isEmpty()) {
      return volume;
    }
    WorkspaceSpec spec = workspace.spec();
    long backup = stored.mostContentBytes(new WorkspaceKey(spec.owner(), spec.metaId()));
    return backup > allowed ? volume.grown(backup) : volume;
  }

  /** What the containers of an instance get to know of it, by name. */
  Map<String, String> texts(Workspace workspace, WorkspaceSecrets secrets, PodVolume volume)
      throws Refused {
    if (secrets.initializer().isEmpty()) {
      throw new Refused(
          "Content initialization failed: it was cut off, and what it needs was erased meanwhile",
          null);
    }
    try {
      return PodSecret.of(
          settings,
          workspace,
          classes.apply(workspace.spec().workspaceClass()),
          podClasses.apply(workspace.spec().workspaceClass()),
          secrets.environment(),
          secrets.initializer(),
          volume,
          this::find);
    } catch (MissingSecretException e) {
      throw new Refused(e.getMessage(), e);
    }
  }

  private void make(Pod pod) {
    try {
      client.pods().inNamespace(namespace).resource(pod).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }

  private static KubernetesClientException judged(KubernetesClientException e) throws Refused {
    String words = words(e);
    boolean never =
        e.getCode() == INVALID
            || e.getCode() == BAD_REQUEST
            || e.getCode() == TOO_LARGE
            || (e.getCode() == FORBIDDEN && !words.contains("exceeded quota"));
    if (never) {
      throw new Refused("its pod is refused: " + words, e);
    }
    return e;
  }

  /** What the API server says, without what was asked of it. */
  static String words(KubernetesClientException e) {
    return e.getStatus() != null && e.getStatus().getMessage() != null
        ? e.getStatus().getMessage()
        : String.valueOf(e.getMessage());
  }

  private void make(Secret secret) {
    try {
      client.secrets().inNamespace(namespace).resource(secret).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
      client.secrets().inNamespace(namespace).resource(secret).update();
    }
  }

  private Secret secret(Workspace workspace, Map<String, String> texts) {
    Map<String, String> data = new TreeMap<>();
    texts.forEach((key, text) -> data.put(key, encoded(text)));
    return new SecretBuilder().withMetadata(metadata(workspace)).withData(data).build();
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private ObjectMeta metadata(Workspace workspace) {
    return new ObjectMetaBuilder()
        .withName(PodNames.pod(workspace.id(), workspace.spec().type()))
        .withNamespace(namespace)
        .withLabels(
            PodNames.labels(
                workspace.id(),
                workspace.spec().type(),
                workspace.spec().owner(),
                workspace.spec().metaId()))
        .withOwnerReferences(owners.apply(workspace.id()).stream().toList())
        .build();
  }

  /** A value of a Secret that environments may refer to. */
  private Optional<String> find(SecretKey key) {
    Secret secret = client.secrets().inNamespace(namespace).withName(key.secretName()).get();
    if (secret == null
        || secret.getMetadata().getLabels() == null
        || !secret.getMetadata().getLabels().containsKey(PodNames.ENVIRONMENT)) {
      return Optional.empty();
    }
    return Optional.ofNullable(secret.getData())
        .map(data -> data.get(key.key()))
        .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
  }

  /** Asks for the end of a pod, with the grace that it was made with. */
  void delete(String pod) {
    client.pods().inNamespace(namespace).withName(pod).delete();
  }
}
