package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is known of the pods of instances, of nodes and of events, by informers. */
final class PodWatch implements AutoCloseable {
  private static final Set<String> PULL_FAULTS = Set.of("Failed", "BackOff", "InspectFailed");

  private final KubernetesClient client;
  private final String namespace;
  private final InstantSource clock;
  private final BiConsumer<String, Optional<Pod>> listener;
  private final Map<String, Pod> pods = new ConcurrentHashMap<>();
  private final Map<String, Node> nodes = new ConcurrentHashMap<>();
  private final Map<String, PodEvents> events = new ConcurrentHashMap<>();
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final List<Runnable> fill = new ArrayList<>();
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
  }

  /** Keeps nothing that only the API server has use for. */
  private static final class Lean<T extends HasMetadata> extends BasicItemStore<T> {
    Lean() {
      super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public T put(String key, T item) {
      item.getMetadata().setManagedFields(List.of());
      return super.put(key, item);
    }
  }

  /** Begins, and waits until everything is known. */
  void start(long timeoutSeconds) throws TimeoutException, InterruptedException {
    begin(
        client.nodes().runnableInformer(0),
        node -> node.getMetadata().getName(),
        nodes,
        this::nodeChanged);
    begin(
        client.pods().inNamespace(namespace).withLabels(PodNames.SELECTOR).runnableInformer(0),
        pod -> pod.getMetadata().getLabels().getOrDefault(PodNames.INSTANCE, ""),
        pods,
        (before, after) -> podChanged(before));
    for (Map<String, String> fields :
        List.of(Map.of("reason", "Pulling"), Map.of("type", "Warning"))) {
      begin(
          client
              .v1()
              .events()
              .inNamespace(namespace)
              .withField("involvedObject.kind", "Pod")
              .withFields(fields)
              .runnableInformer(0),
          event -> event.getMetadata().getName(),
          new java.util.HashMap<String, Event>(),
          (name, event) -> {});
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    for (SharedIndexInformer<?> informer : informers) {
      while (!informer.hasSynced()) {
        if (System.nanoTime() > end) {
          throw new TimeoutException("what runs is not known after " + timeoutSeconds + " s");
        }
        Thread.sleep(10);
      }
    }
    // What was listed may still be on its way through the handlers.
    fill.forEach(Runnable::run);
    nodesKnown = true;
  }

  private <T extends HasMetadata> void begin(
      SharedIndexInformer<T> informer,
      Function<T, String> key,
      Map<String, T> known,
      BiConsumer<String, T> changed) {
    informer.itemStore(new Lean<T>());
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T one) {
            put(one);
          }

          @Override
          public void onUpdate(T before, T after) {
            put(after);
          }

          private void put(T one) {
            if (one instanceof Event event) {
              eventSeen(event);
              return;
            }
            String name = key.apply(one);
            T before = known.put(name, one);
            if (!(one instanceof Node node)
                || before == null
                || !conditions(node).equals(conditions((Node) before))) {
              changed.accept(name, one);
            }
          }

          @Override
          public void onDelete(T one, boolean unknown) {
            String name = key.apply(one);
            T last = known.get(name);
            // Another of the same name may be there already.
            if (last != null && last.getMetadata().getUid().equals(one.getMetadata().getUid())) {
              known.remove(name, last);
              changed.accept(name, one);
            }
          }
        });
    informers.add(informer);
    fill.add(
        () -> informer.getStore().list().forEach(one -> known.putIfAbsent(key.apply(one), one)));
    informer.start();
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

  private void nodeChanged(String name, Node unused) {
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
    String id =
        PodNames.instance(Objects.requireNonNullElse(event.getInvolvedObject().getName(), ""));
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

  private static PodEvents changed(
      PodEvents before, Event event, Instant at, String reason, String text) {
    if (reason.equals("Pulling")) {
      return before.withPulling(at);
    }
    PodEvents warned = "Warning".equals(event.getType()) ? before.withWarning(text) : before;
    return PULL_FAULTS.contains(reason) && text.contains("image") ? warned.withFailing(at) : warned;
  }

  private Instant at(Event event) {
    return instant(event.getFirstTimestamp())
        .or(() -> instant(event.getLastTimestamp()))
        .orElseGet(clock::instant);
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
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

  PodEvents events(String id) {
    return events.getOrDefault(id, PodEvents.NONE);
  }

  boolean watching() {
    return !informers.isEmpty() && informers.stream().allMatch(SharedIndexInformer::isWatching);
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }
}
