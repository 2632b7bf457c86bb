package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.runtime.MissingSecretException;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes the objects of an instance: Secret, volume claim, pod. All may be made again. */
final class PodLaunch {
  /** Says that the Secret holds credentials that go once the content is ready. */
  static final String CREDENTIALS = "workspace.atelier.dev/credentials";

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

  PodLaunch(
      KubernetesClient client,
      String namespace,
      PodSettings settings,
      Function<String, WorkspaceClass> classes,
      Function<String, PodClass> podClasses,
      Function<String, Optional<OwnerReference>> owners) {
    this.client = client;
    this.namespace = namespace;
    this.settings = settings;
    this.classes = classes;
    this.podClasses = podClasses;
    this.owners = owners;
  }

  /** It can never be made; the message says why. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Makes them.
   *
   * @throws KubernetesClientException it may succeed later
   */
  void make(Workspace workspace, WorkspaceSecrets secrets) throws Refused {
    WorkspaceClass sizes = classes.apply(workspace.spec().workspaceClass());
    PodClass podClass = podClasses.apply(workspace.spec().workspaceClass());
    Initializer initializer =
        secrets
            .initializer()
            .orElseThrow(
                () ->
                    new Refused(
                        "Content initialization failed: it was cut off, and what it needs was"
                            + " erased meanwhile",
                        null));
    Map<String, String> texts;
    try {
      texts =
          PodSecret.of(
              settings,
              workspace,
              sizes,
              podClass,
              secrets.environment(),
              Optional.of(initializer),
              this::find);
    } catch (MissingSecretException e) {
      throw new Refused(e.getMessage(), e);
    }
    Pod made = WorkspacePod.of(settings, workspace, sizes, podClass);
    boolean credentials = !initializer.equals(initializer.withoutCredentials());
    Pod pod =
        new PodBuilder(made)
            .editMetadata()
            .addToAnnotations(CREDENTIALS, credentials ? "held" : "none")
            .withOwnerReferences(owners.apply(workspace.id()).stream().toList())
            .endMetadata()
            .build();
    try {
      make(secret(workspace, texts));
      if (podClass.persistent()) {
        claim(workspace, sizes, podClass);
      }
      client.pods().inNamespace(namespace).resource(pod).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw judged(e);
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

  private void claim(Workspace workspace, WorkspaceClass sizes, PodClass podClass) {
    long bytes = Math.max(1L << 20, sizes.resources().storageBytes());
    var claim =
        new PersistentVolumeClaimBuilder()
            .withMetadata(metadata(workspace))
            .withNewSpec()
            .withAccessModes("ReadWriteOnce")
            .withStorageClassName(podClass.storageClass().orElse(null))
            .withNewResources()
            .addToRequests("storage", new Quantity(Long.toString(bytes)))
            .endResources()
            .endSpec()
            .build();
    try {
      client.persistentVolumeClaims().inNamespace(namespace).resource(claim).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
    }
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

  /** Erases the credentials of an initializer from the Secret. */
  void erase(Workspace workspace) {
    String order =
        PodSecret.order(
            settings,
            workspace,
            classes.apply(workspace.spec().workspaceClass()),
            Optional.empty());
    Secret change = new SecretBuilder().withData(Map.of("order", encoded(order))).build();
    client
        .secrets()
        .inNamespace(namespace)
        .withName(PodNames.pod(workspace.id(), workspace.spec().type()))
        .patch(
            io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE),
            change);
  }

  /** Removes the Secret and the volume claim, unless they go with their owner. */
  void discard(String pod, String id, boolean persistent) {
    if (owners.apply(id).isEmpty()) {
      client.secrets().inNamespace(namespace).withName(pod).delete();
      if (persistent) {
        client.persistentVolumeClaims().inNamespace(namespace).withName(pod).delete();
      }
    }
  }

  boolean persistent(Workspace workspace) {
    return podClasses.apply(workspace.spec().workspaceClass()).persistent();
  }
}
