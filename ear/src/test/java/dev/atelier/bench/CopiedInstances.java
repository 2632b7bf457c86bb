// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import dev.atelier.cluster.KubeletPlayer;
import dev.atelier.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Instances that run, copied from one that does, straight on the API server: a manager would take
 * many times as long to start as many. Each has its resource, its secret and its pod.
 */
final class CopiedInstances {
  private static final String LABEL = "workspace.atelier.dev/instance";
  private static final int WRITERS = 8;
  private static final int PART = 250;
  private static final long PATIENCE_SECONDS = 120;

  private final TestNamespace namespace;
  private final KubeletPlayer player;
  private final GenericKubernetesResource workspace;
  private final List<Secret> secrets;
  private final Pod pod;

  /** Reads the instance of that id. */
  CopiedInstances(TestNamespace namespace, KubeletPlayer player, String id) {
    this.namespace = namespace;
    this.player = player;
    KubernetesClient client = namespace.client();
    this.workspace =
        namespace.workspaces().stream()
            .filter(one -> one.getMetadata().getName().equals(id))
            .findFirst()
            .orElseThrow();
    this.secrets =
        client.secrets().inNamespace(namespace.name()).withLabel(LABEL, id).list().getItems();
    this.pod =
        client.pods().inNamespace(namespace.name()).withLabel(LABEL, id).list().getItems().get(0);
  }

  /** Makes as many more; each runs once its pod does. */
  void make(int count) throws InterruptedException, ExecutionException {
    // In parts: managers remove what stays half made.
    for (int left = count; left > 0; left -= PART) {
      makePart(Math.min(PART, left));
    }
  }

  private void makePart(int count) throws InterruptedException, ExecutionException {
    String[] ids = new String[count];
    GenericKubernetesResource[] made = new GenericKubernetesResource[count];
    inParallel(
        count,
        i -> {
          ids[i] = UUID.randomUUID().toString();
          made[i] = (GenericKubernetesResource) create(copy(workspace, ids[i], ""));
          String uid = made[i].getMetadata().getUid();
          secrets.forEach(secret -> create(copy(secret, ids[i], uid)));
          create(copy(pod, ids[i], uid));
        });
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!player.took().keySet().containsAll(List.of(ids))) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not all pods are played");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    inParallel(
        count,
        i -> {
          GenericKubernetesResource running = copy(workspace, ids[i], "");
          running.setMetadata(made[i].getMetadata());
          namespace.client().resource(running).updateStatus();
        });
  }

  private HasMetadata create(HasMetadata one) {
    return namespace.client().resource(one).create();
  }

  /** The same under another id, which is its meta id too, and with another owner. */
  @SuppressWarnings("unchecked")
  private <T extends HasMetadata> T copy(T one, String id, String owner) {
    var texts = namespace.client().getKubernetesSerialization();
    String text =
        texts
            .asJson(one)
            .replace(workspace.getMetadata().getName(), id)
            .replace(workspace.getMetadata().getUid(), owner);
    T copy = (T) texts.unmarshal(text, one.getClass());
    ObjectMeta metadata = copy.getMetadata();
    metadata.setUid(null);
    metadata.setResourceVersion(null);
    metadata.setCreationTimestamp(null);
    metadata.setManagedFields(null);
    return copy;
  }

  private static void inParallel(int count, IntConsumer work)
      throws InterruptedException, ExecutionException {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(writers.submit(() -> work.accept(number)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }
}
