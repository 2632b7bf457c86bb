// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.runtime.kubernetes.state.WorkspaceCache.Known;
import dev.atelier.workspace.runtime.kubernetes.watch.Watching;
import dev.atelier.workspace.store.ChangeFeed;
import dev.atelier.workspace.store.HeardStore;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The store in custom resources: any number of managers share it. Reads come from a watch, or from
 * what this manager wrote when that is newer; writes name the revision that they are based on.
 */
public final class KubernetesWorkspaceStore implements WorkspaceStore, AutoCloseable {
  /** Many times what the requests of a start may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How often a change is tried before the caller is asked to come again. */
  private static final int ATTEMPTS = 30;

  private static final int ID_LENGTH = 52;
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  private final ChangeFeed feed = new ChangeFeed();
  private final WorkspaceCache cache = new WorkspaceCache(feed);
  private final WorkspaceApi api;
  private final InstanceSecrets secrets;
  private final Admission admission;
  private final HeardStore heard;
  private final Watching<WorkspaceResource> watching;

  /** Instances of which it is not known whether their last change was made. */
  private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

  /**
   * A store that has not read anything yet; see {@link #start}.
   *
   * @param identity of this manager
   */
  public KubernetesWorkspaceStore(KubernetesClient client, String namespace, String identity) {
    this(client, namespace, identity, PATIENCE);
  }

  /** The same, where a start may take no longer than that. */
  KubernetesWorkspaceStore(
      KubernetesClient client, String namespace, String identity, Duration patience) {
    this.api = new WorkspaceApi(client, namespace, identity);
    this.secrets = new InstanceSecrets(client, namespace);
    this.admission =
        new Admission(api, cache, secrets, new Claims(client, namespace, this::active), patience);
    this.heard = new AnnotatedHeardStore(api, cache);
    this.watching =
        new Watching<>(
            () ->
                client
                    .resources(WorkspaceResource.class)
                    .inNamespace(namespace)
                    .runnableInformer(0),
            WorkspaceResource::new,
            cache::accept,
            gone -> cache.gone(gone.getMetadata().getName(), gone.getMetadata().getUid()));
  }

  /** Begins to watch; what is there is read soon. */
  public void start() {
    watching.start();
    secrets.watching().start();
  }

  /** Whether all that there is was read. */
  public boolean filled() {
    return watching.filled() && secrets.watching().filled();
  }

  /**
   * Waits until all that there is was read.
   *
   * @throws WorkspaceFault UNAVAILABLE: it was not, within {@code patience}
   */
  public void awaitFilled(Duration patience) throws WorkspaceFault {
    if (!watching.awaitFilled(patience) || !secrets.watching().awaitFilled(patience)) {
      throw WorkspaceFault.unavailable(
          "the instances could not be read from the Kubernetes API within "
              + patience.toSeconds()
              + " s");
    }
  }

  @Override
  public void create(Workspace workspace, WorkspaceSecrets kept) throws WorkspaceFault {
    settleDoubts();
    String id = workspace.id();
    if (!possible(id)) {
      throw WorkspaceFault.invalid("id", "must be a DNS label of at most 52 characters");
    }
    feed.inOrder(
        id,
        () -> {
          try {
            admission.create(workspace, kept);
            return null;
          } catch (ApiFailure e) {
            throw failed(id, e);
          }
        });
  }

  @Override
  public Optional<Workspace> get(String id) throws WorkspaceFault {
    return possible(id) ? read(id).map(Known::workspace) : Optional.empty();
  }

  @Override
  public List<Workspace> list() throws WorkspaceFault {
    settleDoubts();
    if (!filled()) {
      throw WorkspaceFault.unavailable("the instances are still being read");
    }
    return cache.all().stream().map(Known::workspace).toList();
  }

  @Override
  public List<Workspace> recorded() throws WorkspaceFault {
    try {
      api.list().forEach(cache::accept);
    } catch (ApiFailure e) {
      throw e.unavailable();
    }
    return list();
  }

  @Override
  public Collection<LeftAlone> leftAlone() {
    return cache.leftAlone();
  }

  @Override
  public Optional<WorkspaceSecrets> secrets(String id) throws WorkspaceFault {
    Optional<Known> known = possible(id) ? read(id) : Optional.empty();
    try {
      return known.isEmpty()
          ? Optional.empty()
          : secrets.read(known.get().workspace(), known.get().uid());
    } catch (ApiFailure e) {
      throw e.unavailable();
    }
  }

  @Override
  public Optional<String> ownerToken(String id) throws WorkspaceFault {
    Optional<String> held = secrets.ownerToken(id);
    return held.isPresent() ? held : secrets(id).map(WorkspaceSecrets::ownerToken);
  }

  @Override
  public Optional<Workspace> update(String id, Workspace.Change change) throws WorkspaceFault {
    if (!possible(id)) {
      return Optional.empty();
    }
    return feed.inOrder(id, () -> changed(id, change));
  }

  private Optional<Workspace> changed(String id, Workspace.Change change) throws WorkspaceFault {
    for (int attempt = 1; ; attempt++) {
      Optional<Known> known = read(id);
      if (known.isEmpty()) {
        return Optional.empty();
      }
      Workspace before = known.get().workspace();
      Workspace after = before.after(change);
      if (after.equals(before)) {
        return Optional.of(after);
      }
      try {
        if (before.status().progress().credentialsHeld()
            && !after.status().progress().credentialsHeld()) {
          // First: who sees that none are held must find none.
          secrets.eraseCredentials(id);
        }
        cache.accept(api.writeStatus(known.get(), after));
        return Optional.of(after);
      } catch (ApiFailure e) {
        switch (e.kind()) {
          case CONFLICT, NOT_FOUND -> refresh(id);
          case EXISTS, INVALID, REFUSED, DOUBTFUL -> throw failed(id, e);
        }
        if (attempt == ATTEMPTS) {
          throw WorkspaceFault.unavailable("too many changes of instance " + id + " at once", e);
        }
      }
      pause(attempt);
    }
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    if (!possible(id)) {
      return;
    }
    feed.inOrder(
        id,
        () -> {
          Optional<Known> known = read(id);
          if (known.isPresent()) {
            try {
              admission.forget(known.get());
            } catch (ApiFailure e) {
              throw failed(id, e);
            }
          }
          return null;
        });
  }

  /**
   * Makes an instance of a resource that somebody has made by hand.
   *
   * @throws IOException nothing can be made of it
   */
  void adopt(WorkspaceResource found, Adoption adoption) throws WorkspaceFault, IOException {
    try {
      feed.inOrder(
          found.getMetadata().getName(),
          () -> {
            try {
              admission.adopt(found, adoption);
              return null;
            } catch (ApiFailure e) {
              throw failed(found.getMetadata().getName(), e);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void watch(Consumer<StoreChange> listener) {
    feed.listen(listener);
  }

  /**
   * Makes whatever has it go with the resource of that name, if there is one; it may be none that
   * can be read.
   */
  public Optional<OwnerReference> owner(String id) {
    return cache
        .get(id)
        .map(Known::uid)
        .or(() -> cache.other(id).map(other -> other.getMetadata().getUid()))
        .map(uid -> InstanceSecrets.ownedBy(id, uid));
  }

  /** Who has heard of which ends, in the same resources; usable as long as this store. */
  public HeardStore heard() {
    return heard;
  }

  /** What is seen of resources beside the instances' own lives. */
  WorkspaceCache cache() {
    return cache;
  }

  Admission admission() {
    return admission;
  }

  @Override
  public void close() {
    watching.close();
    secrets.close();
  }

  /** The newest state that is known; from the API server where nothing is, or that is in doubt. */
  private Optional<Known> read(String id) throws WorkspaceFault {
    Optional<Known> known = cache.get(id);
    if (known.isPresent() && !doubtful.contains(id)) {
      return known;
    }
    Optional<Known> now = refresh(id);
    Optional<LeftAlone> leftAlone = cache.leftAlone(id);
    if (now.isEmpty() && leftAlone.isPresent()) {
      throw WorkspaceFault.unavailable(leftAlone.get().reason());
    }
    return now;
  }

  private Optional<Known> refresh(String id) throws WorkspaceFault {
    Optional<Known> before = cache.get(id);
    try {
      Optional<WorkspaceResource> now = api.get(id);
      if (now.isPresent()) {
        cache.accept(now.get());
      } else if (before.isPresent()) {
        cache.gone(id, before.get().uid());
      }
      doubtful.remove(id);
      return cache.get(id);
    } catch (ApiFailure e) {
      throw e.unavailable();
    }
  }

  private void settleDoubts() throws WorkspaceFault {
    for (String id : doubtful) {
      Optional<Known> unused = refresh(id);
    }
  }

  /** Whether the instance of a resource has not stopped; asked before a name is taken from it. */
  private boolean active(String id, String uid) throws ApiFailure {
    Optional<Known> known = cache.get(id).filter(one -> one.uid().equals(uid));
    if (known.isPresent() && known.get().workspace().stopped()) {
      return false;
    }
    Optional<WorkspaceResource> now = api.get(id);
    if (now.isEmpty() || !now.get().getMetadata().getUid().equals(uid)) {
      return false;
    }
    cache.accept(now.get());
    if (!WorkspaceMapper.admitted(now.get())) {
      return !admission.withdrawnIfAbandoned(now.get());
    }
    return cache
        .get(id)
        .filter(one -> one.uid().equals(uid))
        .map(one -> !one.workspace().stopped())
        .orElse(true);
  }

  private WorkspaceFault failed(String id, ApiFailure e) {
    if (e.kind() == ApiFailure.Kind.DOUBTFUL) {
      doubtful.add(id);
    }
    return e.kind() == ApiFailure.Kind.INVALID ? e.invalid() : e.unavailable();
  }

  private static void pause(int attempt) throws WorkspaceFault {
    long longest = Math.min(LONGEST_PAUSE.toNanos(), 500_000L << Math.min(attempt, 20));
    try {
      TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(longest) + 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted while waiting for the Kubernetes API", e);
    }
  }

  /** Whether an instance may be called so at all: what is none must not become part of a URL. */
  private static boolean possible(String id) {
    return !id.isEmpty()
        && id.length() <= ID_LENGTH
        && id.chars().allMatch(c -> c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
  }
}
