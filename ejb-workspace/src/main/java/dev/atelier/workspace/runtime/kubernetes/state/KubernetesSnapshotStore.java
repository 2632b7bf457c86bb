// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.runtime.kubernetes.watch.Watching;
import dev.atelier.workspace.store.SnapshotStore;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Snapshots as custom resources. One that has no status yet is under way, so that recording it is
 * one write. Any number of managers share it.
 */
public final class KubernetesSnapshotStore implements SnapshotStore, AutoCloseable {
  private static final Logger LOG = System.getLogger(KubernetesSnapshotStore.class.getName());

  private static final Pattern ID = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final int ATTEMPTS = 3;

  private final KubernetesClient client;
  private final String namespace;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** Why those are left alone that only a newer version may touch, by id. */
  private final Map<String, String> newer = new ConcurrentHashMap<>();

  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final Watching<SnapshotResource> watching;

  private record Known(Snapshot snapshot, String uid, long revision) {}

  /** A store that has not read anything yet; see {@link #start}. */
  public KubernetesSnapshotStore(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.watching =
        new Watching<>(
            () ->
                client.resources(SnapshotResource.class).inNamespace(namespace).runnableInformer(0),
            SnapshotResource::new,
            this::accept,
            this::gone);
  }

  /** Begins to watch; what is there is read soon. */
  public void start() {
    watching.start();
  }

  /** Whether all that there is was read. */
  public boolean filled() {
    return watching.filled();
  }

  /**
   * Waits until all that there is was read.
   *
   * @throws WorkspaceFault UNAVAILABLE: it was not, within {@code patience}
   */
  public void awaitFilled(Duration patience) throws WorkspaceFault {
    if (!watching.awaitFilled(patience)) {
      throw WorkspaceFault.unavailable(
          "the snapshots could not be read from the Kubernetes API within "
              + patience.toSeconds()
              + " s");
    }
  }

  @Override
  public void create(Snapshot snapshot) throws WorkspaceFault {
    try {
      accept(make(snapshot));
    } catch (ApiFailure e) {
      if (e.kind() != ApiFailure.Kind.EXISTS) {
        throw failed(e);
      }
    }
  }

  @Override
  public void put(Snapshot snapshot) throws WorkspaceFault {
    refuseNewer(snapshot.id());
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          accept(writeStatus(snapshot));
          return;
        } catch (ApiFailure e) {
          boolean missing = e.kind() == ApiFailure.Kind.NOT_FOUND;
          if (attempt == ATTEMPTS || !(missing || e.kind() == ApiFailure.Kind.CONFLICT)) {
            throw e;
          }
          if (missing) {
            create(snapshot);
          }
        }
      }
    } catch (ApiFailure e) {
      throw failed(e);
    }
  }

  private SnapshotResource make(Snapshot snapshot) throws ApiFailure {
    SnapshotResource resource = SnapshotMapper.resource(snapshot);
    resource.setStatus(null);
    return ApiFailure.ask(() -> all().resource(resource).create());
  }

  private SnapshotResource writeStatus(Snapshot snapshot) throws ApiFailure {
    Map<String, Object> changed = new HashMap<>();
    changed.put("status", SnapshotMapper.status(snapshot));
    if (snapshot.state() != Snapshot.State.UNDERWAY) {
      SnapshotResource found = ApiFailure.ask(() -> all().withName(snapshot.id()).get());
      if (found != null) {
        if (SnapshotMapper.snapshot(found).map(snapshot::yieldsTo).orElse(false)) {
          return found;
        }
        // Another manager may record its end, or its deletion, until this is written.
        changed.put(
            "metadata", Map.of("resourceVersion", found.getMetadata().getResourceVersion()));
      }
    }
    String patch = client.getKubernetesSerialization().asJson(changed);
    return ApiFailure.ask(
        () ->
            all()
                .withName(snapshot.id())
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch));
  }

  @Override
  public Optional<Snapshot> get(String id) throws WorkspaceFault {
    if (!ID.matcher(id).matches()) {
      return Optional.empty();
    }
    try {
      // Not what a watch has told, which lags: another manager may delete it just now.
      Optional<SnapshotResource> found =
          ApiFailure.ask(() -> Optional.ofNullable(all().withName(id).get()));
      found.ifPresent(this::accept);
      refuseNewer(id);
      return found.flatMap(SnapshotMapper::snapshot);
    } catch (ApiFailure e) {
      throw failed(e);
    }
  }

  @Override
  public List<Snapshot> list() throws WorkspaceFault {
    if (!filled()) {
      throw WorkspaceFault.unavailable("the snapshots are still being read");
    }
    return known.values().stream()
        .map(Known::snapshot)
        .sorted(Comparator.comparing(Snapshot::createdAt).thenComparing(Snapshot::id))
        .toList();
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    if (!ID.matcher(id).matches()) {
      return;
    }
    refuseNewer(id);
    try {
      ApiFailure.ask(() -> all().withName(id).delete());
      known.remove(id);
    } catch (ApiFailure e) {
      if (e.kind() != ApiFailure.Kind.NOT_FOUND) {
        throw failed(e);
      }
    }
  }

  @Override
  public void watch(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  /** Takes over a state, unless a newer one is known, and tells of it. */
  private void accept(SnapshotResource resource) {
    Optional<Snapshot> read = SnapshotMapper.snapshot(resource);
    String id = resource.getMetadata().getName();
    Optional<String> refusal = SnapshotMapper.refusal(resource);
    if (refusal.isPresent()) {
      if (newer.put(id, refusal.get()) == null) {
        LOG.log(Level.WARNING, "{0}", refusal.get());
      }
      known.remove(id);
      return;
    }
    newer.remove(id);
    if (read.isEmpty()) {
      LOG.log(Level.WARNING, "snapshot resource {0} cannot be read and is left as it is", id);
      return;
    }
    long revision = Long.parseLong(resource.getMetadata().getResourceVersion());
    Known next = new Known(read.get(), resource.getMetadata().getUid(), revision);
    Known now =
        known.merge(id, next, (before, after) -> before.revision() < revision ? after : before);
    if (now.equals(next)) {
      listeners.forEach(listener -> listener.accept(read.get()));
    }
  }

  private void refuseNewer(String id) throws WorkspaceFault {
    String refusal = newer.get(id);
    if (refusal != null) {
      throw WorkspaceFault.unavailable(refusal);
    }
  }

  private void gone(SnapshotResource resource) {
    newer.remove(resource.getMetadata().getName());
    String uid = resource.getMetadata().getUid();
    known.computeIfPresent(
        resource.getMetadata().getName(),
        (id, present) -> present.uid().equals(uid) ? null : present);
  }

  private static WorkspaceFault failed(ApiFailure e) {
    return e.kind() == ApiFailure.Kind.INVALID ? e.invalid() : e.unavailable();
  }

  private NonNamespaceOperation<
          SnapshotResource, KubernetesResourceList<SnapshotResource>, Resource<SnapshotResource>>
      all() {
    return client.resources(SnapshotResource.class).inNamespace(namespace);
  }

  @Override
  public void close() {
    watching.close();
  }
}
