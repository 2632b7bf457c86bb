// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.atelier.workspace.content.agent.KeeperOrder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The keepers' orders of a cluster, in Secrets and in the folders of keepers. */
final class PodOrders implements CredentialErasure.Places {
  private static final Duration SHORT_TALK = Duration.ofSeconds(15);
  private static final int NOT_FOUND = 404;

  /** Also from what a delivery that was cut off has left. */
  private static final List<String> ERASE =
      List.of(
          "sh",
          "-c",
          "sed -i '/^initializer[.]/d' \"$0/order\" && rm -f \"$0/.order\"",
          PodPaths.ORDER);

  private final KubernetesClient client;
  private final String namespace;
  private final KeeperExec keepers;

  PodOrders(KubernetesClient client, String namespace, KeeperExec keepers) {
    this.client = client;
    this.namespace = namespace;
    this.keepers = keepers;
  }

  @Override
  public void secret(Pod pod) {
    Secret secret =
        client.secrets().inNamespace(namespace).withName(pod.getMetadata().getName()).get();
    String order =
        secret == null || secret.getData() == null ? null : secret.getData().get("order");
    if (order == null) {
      return;
    }
    String text = new String(Base64.getDecoder().decode(order), UTF_8);
    String rest = KeeperOrder.withoutInitializer(text);
    if (!rest.equals(text)) {
      String encoded = Base64.getEncoder().encodeToString(rest.getBytes(UTF_8));
      // Of the revision that was read: what others write meanwhile must stay.
      Map<String, Object> patch =
          Map.of(
              "metadata",
              Map.of("resourceVersion", secret.getMetadata().getResourceVersion()),
              "data",
              Map.of("order", encoded));
      patch(
          () ->
              client.secrets().inNamespace(namespace).resource(secret).patch(merge(), json(patch)));
    }
  }

  @Override
  public CompletableFuture<String> keeper(Pod pod) {
    return keepers.run(pod.getMetadata().getName(), SHORT_TALK, ERASE);
  }

  @Override
  public void note(Pod pod) {
    Map<String, Object> patch =
        Map.of(
            "metadata",
            Map.of(
                "uid",
                pod.getMetadata().getUid(),
                "annotations",
                Map.of(PodCredentials.ANNOTATION, PodCredentials.ERASED.word())));
    patch(() -> client.pods().inNamespace(namespace).resource(pod).patch(merge(), json(patch)));
  }

  private static PatchContext merge() {
    return PatchContext.of(PatchType.JSON_MERGE);
  }

  private String json(Map<String, Object> patch) {
    return client.getKubernetesSerialization().asJson(patch);
  }

  /** What is gone has nothing to erase. */
  private static void patch(Runnable request) {
    try {
      request.run();
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
    }
  }
}
