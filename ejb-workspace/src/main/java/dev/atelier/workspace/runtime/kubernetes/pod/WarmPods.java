// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.runtime.kubernetes.watch.Watches;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Pods that wait for instances, by class: made ahead, with no owner, environment or token; taken
 * over by one update that only one manager can make; made again behind.
 */
final class WarmPods {
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;
  private static final Duration FIRST_REST = Duration.ofSeconds(1);

  /** To 256 seconds, about the pause that the kubelet comes to. */
  private static final int MOST_DOUBLINGS = 8;

  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private final KubernetesClient client;
  private final String namespace;
  private final PodSettings settings;
  private final Function<String, WorkspaceClass> classes;
  private final Function<String, PodClass> podClasses;
  private final PodTasks tasks;
  private final Map<String, Pod> pods = new ConcurrentHashMap<>();
  private final Map<String, String> made = new ConcurrentHashMap<>();
  private final Map<String, PodInstance> pools = new HashMap<>();

  /** By class, how many in a row ended before they were adopted: the next comes later each time. */
  private final Map<String, Integer> ended = new ConcurrentHashMap<>();

  private final Set<String> resting = ConcurrentHashMap.newKeySet();

  WarmPods(
      KubernetesClient client,
      String namespace,
      PodSettings settings,
      Function<String, WorkspaceClass> classes,
      Function<String, PodClass> podClasses,
      PodTasks tasks) {
    this.client = client;
    this.namespace = namespace;
    this.settings = settings;
    this.classes = classes;
    this.podClasses = podClasses;
    this.tasks = tasks;
    settings.warmClasses().forEach(id -> pools.put(id, new PodInstance("warm pods of " + id)));
  }

  void watch(Watches watches) {
    watches.keep(
        () ->
            client
                .pods()
                .inNamespace(namespace)
                .withLabels(PodNames.WARM_SELECTOR)
                .runnableInformer(0),
        Pod::new,
        pod -> pod.getMetadata().getName(),
        pods,
        (name, before, after) -> {
          made.remove(name);
          after.or(() -> before).map(WarmPods::workspaceClass).ifPresent(this::fillSoon);
        });
  }

  /** Fills the pools, and removes pods of classes that have none any more. */
  void start() {
    resting.clear();
    pools.keySet().forEach(this::fillSoon);
    pods.values().stream()
        .map(WarmPods::workspaceClass)
        .distinct()
        .filter(id -> !pools.containsKey(id))
        .forEach(this::drainSoon);
  }

  private static String workspaceClass(Pod pod) {
    return pod.getMetadata().getLabels().getOrDefault(PodNames.WARM_CLASS, "");
  }

  private void fillSoon(String id) {
    PodInstance pool = pools.get(id);
    if (pool != null) {
      tasks.run(pool, "fill", () -> fill(id));
    }
  }

  private void drainSoon(String id) {
    tasks.run(new PodInstance("warm pods of " + id), "drain", () -> of(id).forEach(this::delete));
  }

  private List<Pod> of(String id) {
    return pods.values().stream()
        .filter(pod -> workspaceClass(pod).equals(id))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .sorted(
            Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                .thenComparing(pod -> pod.getMetadata().getName()))
        .toList();
  }

  /** One at a time for a class. */
  private void fill(String id) {
    PodClass.Warm wanted = podClasses.apply(id).warm().orElse(new PodClass.Warm(0, ""));
    Pod like = pod(id, "", wanted.image());
    String mark = mark(like);
    // By name, and before those that are there: one that arrives in between must count once.
    Set<String> coming = new HashSet<>(made.keySet());
    coming.removeIf(name -> !id.equals(made.get(name)));
    List<Pod> there = of(id);
    there.forEach(pod -> coming.remove(pod.getMetadata().getName()));
    long good = coming.size();
    for (Pod pod : there) {
      boolean over = new PodView(pod).over();
      if (good < wanted.count() && mark.equals(mark(pod)) && !over) {
        good++;
      } else {
        delete(pod);
      }
      if (over) {
        rest(id);
      }
    }
    if (resting.contains(id)) {
      return;
    }
    for (; good < wanted.count(); good++) {
      String name = prefix(id) + UUID.randomUUID().toString().substring(0, 8);
      made.put(name, id);
      boolean done = false;
      try {
        client.pods().inNamespace(namespace).resource(pod(id, name, wanted.image())).create();
        done = true;
      } finally {
        if (!done) {
          made.remove(name);
        }
      }
    }
  }

  private void rest(String id) {
    if (resting.add(id)) {
      int doublings = Math.min(ended.merge(id, 1, Integer::sum) - 1, MOST_DOUBLINGS);
      tasks.runAfter(
          FIRST_REST.multipliedBy(1L << doublings),
          pools.get(id),
          "rest",
          () -> {
            resting.remove(id);
            fillSoon(id);
          });
    }
  }

  private static String prefix(String id) {
    return PodNames.WARM_PREFIX + id + "-";
  }

  private Pod pod(String id, String name, String image) {
    PodRequest request = PodRequest.warm(name, id, image);
    Pod pod =
        WorkspacePod.of(
            settings, request, classes.apply(id), podClasses.apply(id), PodVolume.EPHEMERAL);
    String spec =
        sorted(SERIALIZATION.convertValue(pod.getSpec(), Map.class)).toString()
            + sorted(pod.getMetadata().getAnnotations());
    String mark = UUID.nameUUIDFromBytes(spec.getBytes(StandardCharsets.UTF_8)).toString();
    return new PodBuilder(pod)
        .editMetadata()
        .addToAnnotations(PodNames.WARM, mark)
        .endMetadata()
        .build();
  }

  /** The same in every process, whatever the order of what was configured. */
  private static Object sorted(Object value) {
    if (value instanceof Map<?, ?> fields) {
      Map<String, Object> named = new TreeMap<>();
      fields.forEach((name, field) -> named.put(String.valueOf(name), sorted(field)));
      return named;
    }
    return value instanceof List<?> list ? list.stream().map(WarmPods::sorted).toList() : value;
  }

  /** Tells what it was made like: pods of another class or image have another. */
  private static String mark(Pod pod) {
    return pod.getMetadata().getAnnotations().getOrDefault(PodNames.WARM, "");
  }

  /** Unless it has changed: an instance may have it by now. */
  private void delete(Pod pod) {
    try {
      client.pods().inNamespace(namespace).resource(pod).lockResourceVersion().delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT && e.getCode() != NOT_FOUND) {
        throw e;
      }
    }
  }

  /**
   * Takes over a pod for an instance.
   *
   * @param credentials what is noted of those that its initializer has
   * @return the name of the pod, which no other has taken; empty: none is there that fits
   */
  Optional<String> adopt(
      Workspace workspace, PodCredentials credentials, List<OwnerReference> owners) {
    WorkspaceSpec spec = workspace.spec();
    Optional<PodClass.Warm> wanted = podClasses.apply(spec.workspaceClass()).warm();
    boolean fits =
        wanted.map(warm -> warm.image().equals(spec.workspaceImage())).orElse(false)
            && PodRequest.layers(spec).isEmpty();
    if (!fits) {
      return Optional.empty();
    }
    String mark = mark(pod(spec.workspaceClass(), "", wanted.get().image()));
    for (Pod pod : of(spec.workspaceClass())) {
      PodView view = new PodView(pod);
      if (mark.equals(mark(pod))
          && view.running(PodNames.KEEPER)
          && view.running(PodNames.WORKSPACE)
          && taken(pod, workspace, credentials, owners)) {
        pods.remove(view.name(), pod);
        ended.remove(spec.workspaceClass());
        // Forgotten here, it is not heard of again when the watch tells that it left the pool.
        fillSoon(spec.workspaceClass());
        return Optional.of(view.name());
      }
    }
    return Optional.empty();
  }

  private boolean taken(
      Pod pod, Workspace workspace, PodCredentials credentials, List<OwnerReference> owners) {
    Pod changed =
        new PodBuilder(pod)
            .editMetadata()
            .withLabels(
                PodNames.labels(
                    workspace.id(),
                    workspace.spec().type(),
                    workspace.spec().owner(),
                    workspace.spec().metaId()))
            .addToAnnotations(PodCredentials.ANNOTATION, credentials.word())
            .withFinalizers(PodNames.FINALIZER)
            .withOwnerReferences(owners)
            .endMetadata()
            .build();
    try {
      // With the version that is known: another's update makes this one fail.
      client.pods().inNamespace(namespace).resource(changed).update();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT && e.getCode() != NOT_FOUND) {
        throw e;
      }
      return false;
    }
  }
}
