// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.runtime.kubernetes.watch.Watches;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What is known of the pods of instances, of nodes and of events, by watching. */
final class PodWatch implements AutoCloseable {
  private static final Set<String> PULL_FAULTS = Set.of("Failed", "BackOff", "InspectFailed");

  private final KubernetesClient client;
  private final String namespace;
  private final InstantSource clock;
  private final BiConsumer<String, Optional<Pod>> listener;
  private final Map<String, Pod> pods = new ConcurrentHashMap<>();
  private final Map<String, Node> nodes = new ConcurrentHashMap<>();
  private final Map<String, PodEvents> events = new ConcurrentHashMap<>();
  private final Watches watches = new Watches();
  private final VolumeWatch volumes;
  private boolean begun;
  private volatile boolean nodesKnown;

  /**
   * Watches nothing yet.
   *
   * @param listener told of every instance whose pod, node or events have changed, with its pod;
   *     must return at once
   */
  PodWatch(
      KubernetesClient client,
      String namespace,
      InstantSource clock,
      BiConsumer<String, Optional<Pod>> listener) {
    this.client = client;
    this.namespace = namespace;
    this.clock = clock;
    this.listener = listener;
    this.volumes =
        new VolumeWatch(
            client, namespace, id -> listener.accept(id, Optional.ofNullable(pods.get(id))));
  }

  /**
   * Begins, with more that is watched, and waits until everything is known. Where that takes too
   * long it goes on, and is waited for by the next call.
   *
   * @throws KubernetesClientException the cluster cannot be asked what it has; nothing was begun
   */
  synchronized void start(Consumer<Watches> more, Duration patience)
      throws TimeoutException, InterruptedException {
    if (!begun) {
      volumes.prepare();
      begin(more);
      begun = true;
    }
    watches.await(patience);
    nodesKnown = true;
  }

  private void begin(Consumer<Watches> more) {
    watches.keep(
        () -> client.nodes().runnableInformer(0),
        Node::new,
        node -> node.getMetadata().getName(),
        nodes,
        this::nodeChanged);
    watches.keep(
        () ->
            client.pods().inNamespace(namespace).withLabels(PodNames.SELECTOR).runnableInformer(0),
        Pod::new,
        pod -> pod.getMetadata().getLabels().getOrDefault(PodNames.INSTANCE, ""),
        pods,
        (id, before, after) -> podChanged(id));
    for (Map<String, String> fields :
        List.of(Map.of("reason", "Pulling"), Map.of("type", "Warning"))) {
      watches.tell(
          () ->
              client
                  .v1()
                  .events()
                  .inNamespace(namespace)
                  .withField("involvedObject.kind", "Pod")
                  .withFields(fields)
                  .runnableInformer(0),
          Event::new,
          this::eventSeen);
    }
    volumes.start(watches);
    more.accept(watches);
  }

  /** What of a node makes a difference to its pods. */
  private static Map<String, String> conditions(Node node) {
    return node.getStatus() == null
        ? Map.of()
        : node.getStatus().getConditions().stream()
            .collect(
                Collectors.toMap(
                    NodeCondition::getType,
                    condition -> Objects.requireNonNullElse(condition.getStatus(), ""),
                    (one, other) -> other));
  }

  private void nodeChanged(String name, Optional<Node> before, Optional<Node> after) {
    if (before.isPresent()
        && after.isPresent()
        && conditions(before.get()).equals(conditions(after.get()))) {
      return;
    }
    pods.forEach(
        (id, pod) -> {
          if (name.equals(pod.getSpec().getNodeName())) {
            listener.accept(id, Optional.of(pod));
          }
        });
  }

  private void podChanged(String id) {
    Pod pod = pods.get(id);
    if (pod == null) {
      events.remove(id);
    }
    listener.accept(id, Optional.ofNullable(pod));
  }

  private void eventSeen(Event event) {
    String id = instance(PodView.text(event.getInvolvedObject().getName()));
    Pod of = pods.get(id);
    if (of == null || !of.getMetadata().getUid().equals(event.getInvolvedObject().getUid())) {
      return;
    }
    Instant at = at(event);
    String reason = Objects.requireNonNullElse(event.getReason(), "");
    String text = Objects.requireNonNullElse(event.getMessage(), "");
    events.merge(
        id,
        changed(PodEvents.NONE, event, at, reason, text),
        (before, unused) -> changed(before, event, at, reason, text));
    listener.accept(id, Optional.of(of));
  }

  /** A pod that was made before its instance was has a name of its own. */
  private String instance(String pod) {
    return pod.startsWith(PodNames.WARM_PREFIX)
        ? pods.entrySet().stream()
            .filter(entry -> entry.getValue().getMetadata().getName().equals(pod))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse("")
        : PodNames.instance(pod);
  }

  private static PodEvents changed(
      PodEvents before, Event event, Instant at, String reason, String text) {
    if (reason.equals("Pulling")) {
      return before.withPulling(at);
    }
    PodEvents warned = "Warning".equals(event.getType()) ? before.withWarning(text) : before;
    return PULL_FAULTS.contains(reason) && text.contains("image") ? warned.withFailing(at) : warned;
  }

  private Instant at(Event event) {
    return PodView.instant(event.getFirstTimestamp())
        .or(() -> PodView.instant(event.getLastTimestamp()))
        .orElseGet(clock::instant);
  }

  Optional<Pod> pod(String id) {
    return Optional.ofNullable(pods.get(id));
  }

  Set<String> instances() {
    return Set.copyOf(pods.keySet());
  }

  Optional<Node> node(Pod pod) {
    return Optional.ofNullable(pod.getSpec().getNodeName()).map(nodes::get);
  }

  /** Whether it was placed on a node that is not there any more. */
  boolean nodeGone(Pod pod) {
    String name = pod.getSpec().getNodeName();
    return nodesKnown && name != null && !name.isEmpty() && !nodes.containsKey(name);
  }

  /** Whether the node that it was placed on is there, and not ready. */
  boolean unreachable(Pod pod) {
    return node(pod).map(node -> !PodObservation.ready(node)).orElse(false);
  }

  VolumeWatch volumes() {
    return volumes;
  }

  PodEvents events(String id) {
    return events.getOrDefault(id, PodEvents.NONE);
  }

  boolean watching() {
    return watches.watching();
  }

  @Override
  public void close() {
    watches.close();
  }
}
