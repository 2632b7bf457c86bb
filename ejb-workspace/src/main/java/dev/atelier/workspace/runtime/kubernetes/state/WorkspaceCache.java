// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.store.ChangeFeed;
import dev.atelier.workspace.store.HeardBy;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The newest state of every instance that was seen: by a watch, in the answer to a write, or by a
 * read. Whatever comes late is left out, so that a watch that lags undoes nothing; whatever is new
 * is told of under one lock, in the order in which it is taken over. Reading needs no lock.
 */
final class WorkspaceCache {
  private static final Logger LOG = System.getLogger(WorkspaceCache.class.getName());

  /** More than can be on their way late. */
  private static final int REMEMBERED_DELETIONS = 10_000;

  private final WorkspaceMapper mapper = new WorkspaceMapper();
  private final ChangeFeed feed;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final Map<String, WorkspaceResource> others = new ConcurrentHashMap<>();
  private final Set<String> deleted =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > REMEMBERED_DELETIONS;
            }
          });

  /** Told of resources that want something done beside the lifecycle; only enqueues. */
  private volatile Consumer<String> caretaker = id -> {};

  WorkspaceCache(ChangeFeed feed) {
    this.feed = feed;
  }

  /**
   * An instance as it is on the cluster.
   *
   * @param uid of its resource
   * @param revision of its resource
   * @param deletionRequested whether somebody deletes the resource
   * @param finalizers that hold it
   * @param kept its status, where that has parts which are not known here
   * @param heard who has heard of its end
   */
  record Known(
      Workspace workspace,
      String uid,
      long revision,
      boolean deletionRequested,
      List<String> finalizers,
      Optional<ObjectNode> kept,
      HeardBy heard) {}

  void caretaker(Consumer<String> listener) {
    caretaker = listener;
  }

  Optional<Known> get(String id) {
    return Optional.ofNullable(known.get(id));
  }

  List<Known> all() {
    return new ArrayList<>(known.values());
  }

  /** One that is no instance, or not one yet. */
  Optional<WorkspaceResource> other(String id) {
    return Optional.ofNullable(others.get(id));
  }

  /** Ids of all that want something done beside the lifecycle. */
  List<String> unsettled() {
    List<String> ids = new ArrayList<>(others.keySet());
    known.values().stream()
        .filter(Known::deletionRequested)
        .forEach(one -> ids.add(one.workspace().id()));
    return ids;
  }

  /** Takes over a state, unless a newer one is known. */
  void accept(WorkspaceResource resource) {
    if (late(resource)) {
      return;
    }
    Optional<String> refusal = WorkspaceMapper.refusal(resource);
    if (refusal.isPresent()) {
      if (leave(resource)) {
        LOG.log(Level.WARNING, "{0}", refusal.get());
      }
      return;
    }
    Optional<Workspace> read = read(resource);
    Optional<ObjectNode> kept =
        read.filter(workspace -> mapper.hasUnknownParts(resource, workspace))
            .map(workspace -> resource.getStatus());
    takeOver(resource, read, kept);
  }

  private synchronized boolean late(WorkspaceResource resource) {
    String id = resource.getMetadata().getName();
    long revision = revision(resource);
    Known before = known.get(id);
    WorkspaceResource other = others.get(id);
    return deleted.contains(resource.getMetadata().getUid())
        || (before != null && revision <= before.revision())
        || (other != null && revision <= revision(other));
  }

  /**
   * Takes over a state, unless a newer one has come meanwhile.
   *
   * @param read what it says; empty when it is no instance
   * @param kept its status, where that has parts which are not known here
   */
  private synchronized void takeOver(
      WorkspaceResource resource, Optional<Workspace> read, Optional<ObjectNode> kept) {
    if (late(resource)) {
      return;
    }
    String id = resource.getMetadata().getName();
    String uid = resource.getMetadata().getUid();
    long revision = revision(resource);
    Known before = known.get(id);
    if (before != null && !before.uid().equals(uid)) {
      gone(id, before.uid());
      before = null;
    }
    if (read.isEmpty()) {
      if (before == null) {
        others.put(id, resource);
        caretaker.accept(id);
      } else {
        // The next write puts right what a hand has broken.
        known.put(
            id,
            new Known(
                before.workspace(),
                uid,
                revision,
                resource.deletionRequested(),
                List.copyOf(resource.getMetadata().getFinalizers()),
                before.kept(),
                WorkspaceMapper.heard(resource)));
      }
      return;
    }
    Known now =
        new Known(
            read.get(),
            uid,
            revision,
            resource.deletionRequested(),
            List.copyOf(resource.getMetadata().getFinalizers()),
            kept,
            WorkspaceMapper.heard(resource));
    known.put(id, now);
    others.remove(id);
    if (before == null || !before.workspace().equals(now.workspace())) {
      feed.publish(new StoreChange(id, read));
    }
    if (now.deletionRequested()) {
      caretaker.accept(id);
    }
  }

  /** Takes note of one that only a newer version may touch; whether it was none before. */
  private synchronized boolean leave(WorkspaceResource resource) {
    if (late(resource)) {
      return false;
    }
    String id = resource.getMetadata().getName();
    Known replaced = known.get(id);
    if (replaced != null && !replaced.uid().equals(resource.getMetadata().getUid())) {
      gone(id, replaced.uid());
    }
    WorkspaceResource before = others.put(id, resource);
    if (known.remove(id) != null) {
      feed.publish(new StoreChange(id, Optional.empty()));
    }
    return before == null || WorkspaceMapper.refusal(before).isEmpty();
  }

  /** Why a resource is an instance that cannot be read; empty where it is none, or can. */
  Optional<LeftAlone> leftAlone(String id) {
    return Optional.ofNullable(others.get(id)).flatMap(WorkspaceCache::leftAlone);
  }

  List<LeftAlone> leftAlone() {
    return others.values().stream().flatMap(other -> leftAlone(other).stream()).toList();
  }

  private static Optional<LeftAlone> leftAlone(WorkspaceResource other) {
    Optional<String> refusal = WorkspaceMapper.refusal(other);
    if (refusal.isEmpty() && !WorkspaceMapper.admitted(other)) {
      return Optional.empty();
    }
    String id = other.getMetadata().getName();
    Map<String, String> labels =
        Objects.requireNonNullElse(other.getMetadata().getLabels(), Map.of());
    return Optional.of(
        new LeftAlone(
            id,
            labels.getOrDefault(Names.OWNER_LABEL, ""),
            labels.getOrDefault(Names.META_ID_LABEL, ""),
            other.getStatus().path("phase").asText().equals(Phase.STOPPED.name()),
            refusal.orElse("the resource of instance " + id + " cannot be read")));
  }

  /** Forgets a resource that is deleted, for good. */
  synchronized void gone(String id, String uid) {
    deleted.add(uid);
    WorkspaceResource other = others.get(id);
    if (other != null && other.getMetadata().getUid().equals(uid)) {
      others.remove(id);
    }
    Known before = known.get(id);
    if (before != null && before.uid().equals(uid)) {
      known.remove(id);
      feed.publish(new StoreChange(id, Optional.empty()));
    }
  }

  private Optional<Workspace> read(WorkspaceResource resource) {
    if (!WorkspaceMapper.admitted(resource)) {
      return Optional.empty();
    }
    try {
      return Optional.of(mapper.workspace(resource));
    } catch (IOException e) {
      // Somebody wrote a status by hand: what is known of it stays, its pod is left alone.
      LOG.log(
          Level.WARNING,
          "workspace resource {0} cannot be read and is left as it is: {1}",
          resource.getMetadata().getName(),
          e.getMessage());
      return Optional.empty();
    }
  }

  /** Revisions of one kind of resource are numbers that grow. */
  static long revision(WorkspaceResource resource) {
    return Long.parseLong(resource.getMetadata().getResourceVersion());
  }
}
