// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Plays the scheduler and the kubelet of one node for the pods of a namespace, as fast as it can:
 * each is placed and runs at once, and ends at once when it is deleted. On the cluster for tests,
 * keepers can be talked to.
 */
public final class KubeletPlayer implements AutoCloseable {
  private static final String INSTANCE = "workspace.atelier.dev/instance";
  private static final String LEASES = "kube-node-lease";
  private static final int PLAYERS = 8;

  /** As Kubernetes wants them, with six digits. */
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client = new KubernetesClientBuilder().build();
  private final ExecutorService players = Executors.newFixedThreadPool(PLAYERS);
  private final Set<String> begun = ConcurrentHashMap.newKeySet();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> took = new ConcurrentHashMap<>();

  /** Instances whose content cannot be saved. */
  private final Set<String> unsaved = ConcurrentHashMap.newKeySet();

  private final String namespace;
  private final String node;
  private final Optional<PlayedKeepers> keepers = PlayedKeepers.ofTestCluster();
  private final SharedIndexInformer<Pod> pods;
  private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();

  /** Begins to play. */
  public KubeletPlayer(String namespace) {
    this.namespace = namespace;
    this.node = "node-of-" + namespace;
    client
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(node)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("Played")
                .withLastHeartbeatTime(Instant.now().toString())
                .endCondition()
                .addNewAddress("127.0.0.1", "InternalIP")
                .addNewAddress("localhost", "Hostname")
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(keepers.map(PlayedKeepers::port).orElse(1))
                .endDaemonEndpoints()
                .endStatus()
                .build())
        .create();
    client
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(node)
                .withNamespace(LEASES)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(node)
                .withLeaseDurationSeconds(40)
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                .endSpec()
                .build())
        .create();
    var unused = heart.scheduleAtFixedRate(this::beat, 3, 3, TimeUnit.SECONDS);
    this.pods =
        client
            .pods()
            .inNamespace(namespace)
            .inform(
                new ResourceEventHandler<Pod>() {
                  @Override
                  public void onAdd(Pod pod) {
                    seen(pod);
                  }

                  @Override
                  public void onUpdate(Pod before, Pod pod) {
                    seen(pod);
                  }

                  @Override
                  public void onDelete(Pod pod, boolean unknown) {
                    begun.remove(pod.getMetadata().getUid());
                    ended.remove(pod.getMetadata().getUid());
                  }
                });
  }

  /** Without it the control plane takes the node for lost. */
  private void beat() {
    try {
      client
          .leases()
          .inNamespace(LEASES)
          .withName(node)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"spec\":{\"renewTime\":\"%s\"}}".formatted(MICROS.format(Instant.now())));
    } catch (KubernetesClientException e) {
      System.err.println("the played kubelet has no heartbeat: " + e.getMessage());
    }
  }

  /** Nanoseconds from when a pod was seen to when it was said to run, by instance. */
  public Map<String, Long> took() {
    return took;
  }

  /** From now on the keeper of that instance cannot save its content. */
  public void cannotSave(String instance) {
    unsaved.add(instance);
  }

  private static String instance(Pod pod) {
    return pod.getMetadata().getLabels().getOrDefault(INSTANCE, "");
  }

  private void seen(Pod pod) {
    long now = System.nanoTime();
    String uid = pod.getMetadata().getUid();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      if (ended.add(uid)) {
        play(() -> end(pod));
      }
    } else if (begun.add(uid)) {
      play(() -> begin(pod, now));
    }
  }

  private void play(Runnable part) {
    try {
      players.execute(
          () -> {
            try {
              part.run();
            } catch (KubernetesClientException e) {
              // It is gone, on its way, or has ended already.
              if (!List.of(404, 409, 422).contains(e.getCode())) {
                System.err.println("the played kubelet was refused: " + e.getMessage());
              }
            }
          });
    } catch (RejectedExecutionException e) {
      // It is closed.
    }
  }

  private void begin(Pod pod, long since) {
    String name = pod.getMetadata().getName();
    if (pod.getSpec().getNodeName() == null) {
      client.raw(
          "/api/v1/namespaces/%s/pods/%s/binding".formatted(namespace, name),
          "POST",
          Map.of(
              "apiVersion",
              "v1",
              "kind",
              "Binding",
              "metadata",
              Map.of("name", name),
              "target",
              Map.of("apiVersion", "v1", "kind", "Node", "name", node)));
    }
    String at = now();
    List<Object> first = new ArrayList<>();
    for (Container container : pod.getSpec().getInitContainers()) {
      first.add(
          "Always".equals(container.getRestartPolicy())
              ? running(container, at)
              : over(container, at, ""));
    }
    status(
        pod,
        Map.of(
            "phase",
            "Running",
            "hostIP",
            "127.0.0.1",
            "startTime",
            at,
            "conditions",
            List.of(
                Map.of("type", "PodScheduled", "status", "True"),
                Map.of("type", "Ready", "status", "True")),
            "initContainerStatuses",
            first,
            "containerStatuses",
            pod.getSpec().getContainers().stream().map(one -> running(one, at)).toList()));
    took.put(instance(pod), System.nanoTime() - since);
  }

  private void end(Pod pod) {
    String name = pod.getMetadata().getName();
    String at = now();
    String report =
        "content=ready\nend=told\n"
            + (unsaved.contains(instance(pod))
                ? "message=the store is away\noutcome=failed\n"
                : "outcome=done\nurl=played\n");
    status(
        pod,
        Map.of(
            "phase",
            "Succeeded",
            "initContainerStatuses",
            pod.getSpec().getInitContainers().stream()
                .map(one -> over(one, at, "Always".equals(one.getRestartPolicy()) ? report : ""))
                .toList(),
            "containerStatuses",
            pod.getSpec().getContainers().stream().map(one -> over(one, at, "")).toList()));
    client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
  }

  private void status(Pod pod, Map<String, Object> status) {
    // Of one that is only named the client would read all of it first.
    client
        .pods()
        .inNamespace(namespace)
        .resource(pod)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            client.getKubernetesSerialization().asJson(Map.of("status", status)));
  }

  private static Map<String, Object> running(Container container, String at) {
    return container(container, true, Map.of("running", Map.of("startedAt", at)));
  }

  private static Map<String, Object> over(Container container, String at, String message) {
    return container(
        container,
        false,
        Map.of(
            "terminated",
            Map.of(
                "exitCode", 0,
                "reason", "Completed",
                "startedAt", at,
                "finishedAt", at,
                "message", message)));
  }

  private static Map<String, Object> container(
      Container container, boolean up, Map<String, Object> state) {
    return Map.of(
        "name",
        container.getName(),
        "image",
        container.getImage(),
        "imageID",
        "played",
        "restartCount",
        0,
        "ready",
        up,
        "started",
        up,
        "state",
        state);
  }

  /** As Kubernetes has times: whole seconds. */
  private static String now() {
    return Instant.ofEpochSecond(Instant.now().getEpochSecond()).toString();
  }

  @Override
  public void close() {
    keepers.ifPresent(PlayedKeepers::close);
    heart.shutdownNow();
    pods.close();
    players.shutdownNow();
    client.leases().inNamespace(LEASES).withName(node).delete();
    client.nodes().withName(node).delete();
    client.close();
  }
}
