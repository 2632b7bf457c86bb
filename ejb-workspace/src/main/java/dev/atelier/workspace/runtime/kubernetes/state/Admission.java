// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.runtime.kubernetes.state.WorkspaceCache.Known;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a resource becomes an instance, and how one goes. It is made first, since all else belongs to
 * it; it is an instance once its status is written, after its names were taken and its secrets
 * kept. One that was left half made is withdrawn by whoever finds it, in a way that its maker, were
 * it still at it, could not finish.
 */
final class Admission {
  private static final Logger LOG = System.getLogger(Admission.class.getName());

  private static final int ATTEMPTS = 3;

  private final WorkspaceMapper mapper = new WorkspaceMapper();
  private final WorkspaceApi api;
  private final WorkspaceCache cache;
  private final InstanceSecrets secrets;
  private final Claims claims;
  private final Duration patience;

  /** Since when half-made resources are known, by uid. */
  private final Map<String, Long> halfMade = new ConcurrentHashMap<>();

  /**
   * Makes none yet.
   *
   * @param patience how long a start may take before its maker counts as dead
   */
  Admission(
      WorkspaceApi api,
      WorkspaceCache cache,
      InstanceSecrets secrets,
      Claims claims,
      Duration patience) {
    this.api = api;
    this.cache = cache;
    this.secrets = secrets;
    this.claims = claims;
    this.patience = patience;
  }

  /** Makes an instance; nothing is left of one that is refused. */
  void create(Workspace workspace, WorkspaceSecrets kept) throws ApiFailure, WorkspaceFault {
    if (cache.get(workspace.id()).isPresent()) {
      throw exists(workspace.id());
    }
    WorkspaceResource made = make(workspace);
    boolean done = false;
    try {
      complete(made, workspace, kept);
      done = true;
    } finally {
      if (!done) {
        withdraw(made);
      }
    }
  }

  /** Takes the names, keeps the secrets, and makes an instance of the resource. */
  void complete(WorkspaceResource made, Workspace workspace, WorkspaceSecrets kept)
      throws ApiFailure, WorkspaceFault {
    String uid = made.getMetadata().getUid();
    claims.take(workspace, uid);
    secrets.create(workspace, uid, kept);
    cache.accept(api.writeStatus(workspace, uid, WorkspaceCache.revision(made)));
  }

  /**
   * Makes an instance of a resource that somebody has made by hand; one that may not be becomes one
   * that has stopped, with the reason.
   *
   * @throws IOException nothing can be made of it
   */
  void adopt(WorkspaceResource found, Adoption adoption)
      throws ApiFailure, WorkspaceFault, IOException {
    Workspace bare = mapper.bare(found);
    Adoption.Adopted adopted = adoption.adopt(bare);
    WorkspaceResource held = api.writeMetadata(WorkspaceMapper.held(found, bare.spec()));
    String uid = held.getMetadata().getUid();
    Workspace workspace = adopted.workspace();
    if (!workspace.stopped()) {
      try {
        claims.take(workspace, uid);
        secrets.create(workspace, uid, adopted.secrets());
      } catch (WorkspaceFault refusal) {
        if (refusal.code() != WorkspaceFault.Code.ALREADY_EXISTS) {
          throw refusal;
        }
        workspace = adoption.refused(bare, refusal.getMessage());
      }
    }
    cache.accept(api.writeStatus(workspace, uid, WorkspaceCache.revision(held)));
  }

  private WorkspaceResource make(Workspace workspace) throws ApiFailure, WorkspaceFault {
    String id = workspace.id();
    for (int attempt = 1; ; attempt++) {
      try {
        return api.create(workspace);
      } catch (ApiFailure e) {
        switch (e.kind()) {
          case EXISTS -> {
            Optional<WorkspaceResource> present = api.get(id);
            present.ifPresent(cache::accept);
            if (present.isPresent() && !withdrawnIfAbandoned(present.get())) {
              throw exists(id);
            }
          }
          case INVALID, NOT_FOUND, CONFLICT, REFUSED, DOUBTFUL -> throw e;
        }
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static WorkspaceFault exists(String id) {
    return WorkspaceFault.alreadyExists("id: workspace instance \"" + id + "\" exists already");
  }

  /** Withdraws a half-made resource whose maker seems to be dead; whether it is gone. */
  boolean withdrawnIfAbandoned(WorkspaceResource resource) {
    if (WorkspaceMapper.admitted(resource)
        || madeByHand(resource)
        || !overdue(resource.getMetadata().getUid())) {
      return false;
    }
    return withdraw(resource);
  }

  static boolean madeByHand(WorkspaceResource resource) {
    Map<String, String> annotations = resource.getMetadata().getAnnotations();
    return annotations == null || !annotations.containsKey(Names.MADE_BY_ANNOTATION);
  }

  Duration patience() {
    return patience;
  }

  private boolean overdue(String uid) {
    long now = System.nanoTime();
    long since = halfMade.computeIfAbsent(uid, key -> now);
    return now - since > patience.toNanos();
  }

  /** Removes a resource that is no instance, unless it has become one; whether it is gone. */
  boolean withdraw(WorkspaceResource resource) {
    String id = resource.getMetadata().getName();
    String uid = resource.getMetadata().getUid();
    try {
      WorkspaceResource bare = new WorkspaceResource();
      bare.setMetadata(resource.getMetadata().edit().withFinalizers(List.of()).build());
      bare.setSpec(resource.getSpec());
      // From here on its maker's last step is refused: the revision is another one.
      WorkspaceResource released = api.writeMetadata(bare);
      if (!released.deletionRequested()) {
        api.delete(id, WorkspaceCache.revision(released));
      }
      cache.gone(id, uid);
      halfMade.remove(uid);
      return true;
    } catch (ApiFailure e) {
      if (e.kind() == ApiFailure.Kind.NOT_FOUND) {
        cache.gone(id, uid);
        halfMade.remove(uid);
        return true;
      }
      LOG.log(Level.DEBUG, () -> "workspace resource " + id + " is not withdrawn: " + e.kind());
      return false;
    }
  }

  /** Removes the resource of an instance, and with it all that belongs to it. */
  void forget(Known known) throws ApiFailure {
    String id = known.workspace().id();
    try {
      long revision = known.revision();
      if (known.finalizers().contains(Names.FINALIZER)) {
        revision = api.release(id, known.finalizers());
      }
      if (!known.deletionRequested()) {
        api.delete(id, revision);
      }
    } catch (ApiFailure e) {
      if (e.kind() != ApiFailure.Kind.NOT_FOUND) {
        throw e;
      }
    }
    cache.gone(id, known.uid());
  }
}
