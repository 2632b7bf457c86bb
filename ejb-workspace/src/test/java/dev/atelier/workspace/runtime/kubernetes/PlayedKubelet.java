// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Plays scheduler and kubelet for the pods of a namespace, as fast as it can: what it places runs
 * at once, and what is deleted ends well, with its content saved.
 */
final class PlayedKubelet implements AutoCloseable {
  private static final String SAVED =
      "content=ready\\norigin=new\\nsave=backup\\nurl=atelier-backup:o/m/x\\noutcome=done\\n";
  private static final String RUNNING =
      """
      {"status": {"phase": "Running", "hostIP": "10.0.0.1",
        "initContainerStatuses": [{"name": "keeper", "containerID": "c1", "restartCount": 0,
          "image": "agent", "imageID": "", "ready": true, "started": true,
          "state": {"running": {"startedAt": "%1$s"}}}],
        "containerStatuses": [{"name": "workspace", "containerID": "c2", "restartCount": 0,
          "image": "image", "imageID": "", "ready": true, "started": true,
          "state": {"running": {"startedAt": "%1$s"}}}]}}
      """;
  private static final String ENDED =
      """
      {"status": {"phase": "Succeeded",
        "initContainerStatuses": [{"name": "keeper", "containerID": "c1", "restartCount": 0,
          "image": "agent", "imageID": "", "ready": false, "started": false,
          "state": {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": "%1$s",
            "finishedAt": "%1$s", "message": "%2$s"}}}],
        "containerStatuses": [{"name": "workspace", "containerID": "c2", "restartCount": 0,
          "image": "image", "imageID": "", "ready": false, "started": false,
          "state": {"terminated": {"exitCode": %3$d, "reason": "Error", "startedAt": "%1$s",
            "finishedAt": "%1$s"}}}]}}
      """;

  private final KubernetesClient client;
  private final String namespace;
  private final String node;
  private final SharedIndexInformer<Pod> pods;
  private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();

  PlayedKubelet(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.node = "node-" + namespace;
    client.resource(node()).create();
    this.pods =
        client
            .pods()
            .inNamespace(namespace)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Pod pod) {
                    play(pod);
                  }

                  @Override
                  public void onUpdate(Pod before, Pod pod) {
                    play(pod);
                  }

                  @Override
                  public void onDelete(Pod pod, boolean unknown) {}
                });
    var unused = heart.scheduleAtFixedRate(this::beat, 0, 3, TimeUnit.SECONDS);
  }

  private Node node() {
    return new NodeBuilder().withNewMetadata().withName(node).endMetadata().build();
  }

  private void beat() {
    String now = now();
    try {
      client
          .nodes()
          .withName(node)
          .subresource("status")
          .patch(
              PatchContext.of(PatchType.STRATEGIC_MERGE),
              """
              {"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Played",
                "lastHeartbeatTime": "%s"}]}}
              """
                  .formatted(now));
    } catch (KubernetesClientException e) {
      // The API server is away, as a test wants it; the next beat comes.
      return;
    }
    // What it could not be told then.
    pods.getStore().list().forEach(this::play);
  }

  private void play(Pod pod) {
    try {
      boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
      String phase = pod.getStatus().getPhase();
      if (deleted && !"Succeeded".equals(phase)) {
        end(pod.getMetadata().getName(), 143);
      } else if (deleted && pod.getMetadata().getFinalizers().isEmpty()) {
        client.pods().inNamespace(namespace).withName(name(pod)).withGracePeriod(0).delete();
      } else if (!deleted && pod.getSpec().getNodeName() == null) {
        client
            .bindings()
            .inNamespace(namespace)
            .resource(
                new BindingBuilder()
                    .withNewMetadata()
                    .withName(name(pod))
                    .endMetadata()
                    .withNewTarget()
                    .withKind("Node")
                    .withName(node)
                    .endTarget()
                    .build())
            .create();
      } else if (!deleted && "Pending".equals(phase)) {
        patch(name(pod), RUNNING.formatted(now()));
      }
    } catch (KubernetesClientException e) {
      // Gone meanwhile, or to come again with the next change.
      return;
    }
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }

  /** Its main process ends with that code, and its content is saved. */
  void end(String pod, int code) {
    patch(pod, ENDED.formatted(now(), SAVED, code));
  }

  private void patch(String pod, String status) {
    client
        .pods()
        .inNamespace(namespace)
        .withName(pod)
        .subresource("status")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), status);
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    heart.shutdownNow();
    pods.stop();
    client.resource(node()).delete();
  }
}
