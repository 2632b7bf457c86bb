// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.backup.ContentGrant;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.store.BucketSigner;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.FolderRequests;
import dev.atelier.workspace.content.store.StoreRequest;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Signs what keepers ask of a bucket, since they have no credentials of it, and says what those who
 * have a folder may do for their keeper: for the names of the own instance alone. Talks with a pod
 * while its keeper makes, copies or saves content, and again whenever that was cut off.
 */
final class KeeperSignatures implements AutoCloseable {
  private static final Logger LOG = System.getLogger(KeeperSignatures.class.getName());
  private static final List<String> RELAY = List.of("/agent/relay", PodPaths.SIGNATURES);
  private static final int LONGEST_NUMBER = 20;

  private final Optional<BucketSigner> signer;
  private final WorkspaceStore store;
  private final PodWatch watch;
  private final KeeperExec keepers;
  private final PodTasks tasks;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final Map<String, Duration> pauses = new ConcurrentHashMap<>();

  private KeeperSignatures(
      Optional<BucketSigner> signer,
      WorkspaceStore store,
      PodWatch watch,
      KeeperExec keepers,
      PodTasks tasks) {
    this.signer = signer;
    this.store = store;
    this.watch = watch;
    this.keepers = keepers;
    this.tasks = tasks;
  }

  /** For that store; pods of a folder are answered whatever the store is now. */
  static KeeperSignatures of(
      ContentStoreSettings settings,
      WorkspaceStore store,
      PodWatch watch,
      KeeperExec keepers,
      PodTasks tasks) {
    return new KeeperSignatures(
        settings.bucket().map(BucketSigner::new), store, watch, keepers, tasks);
  }

  /** Talks with the keeper of an instance where it may have requests, and ends that where not. */
  void look(PodInstance instance) {
    Optional<Pod> pod = watch.pod(instance.id);
    boolean needed =
        tasks.acts()
            && pod.map(one -> answers(one) && needed(one, instance.copying())).orElse(false);
    Session known = sessions.get(instance.id);
    if (!needed) {
      pauses.remove(instance.id);
      if (known != null) {
        known.end();
      }
    } else if (known == null) {
      Session session = new Session(instance, pod.get());
      if (sessions.putIfAbsent(instance.id, session) == null) {
        session.begin();
      }
    }
  }

  /** Of a bucket there must be credentials. */
  private boolean answers(Pod pod) {
    return signer.isPresent() || folder(pod);
  }

  private static boolean folder(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    return annotations != null && PodNames.FOLDER.equals(annotations.get(PodNames.SIGNED));
  }

  /** Whether the keeper of a pod makes, copies or saves content, or may begin to at any moment. */
  static boolean needed(Pod pod, boolean copying) {
    PodView view = new PodView(pod);
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    boolean signed = annotations != null && annotations.containsKey(PodNames.SIGNED);
    boolean rests =
        !copying
            && !view.deleted()
            && view.running(PodNames.WORKSPACE)
            && view.container(PodNames.WORKSPACE).map(ContainerStatus::getStarted).orElse(false);
    return signed && view.running(PodNames.KEEPER) && !view.over() && !rests;
  }

  /** One talk with a keeper, from its beginning to whatever ends it. */
  private final class Session {
    private final PodInstance instance;
    private final Pod pod;
    private final AtomicBoolean refused = new AtomicBoolean();
    private volatile CompletableFuture<Void> talk = new CompletableFuture<>();
    private volatile boolean ended;

    Session(PodInstance instance, Pod pod) {
      this.instance = instance;
      this.pod = pod;
    }

    void begin() {
      String container = folder(pod) ? PodNames.STORE : PodNames.KEEPER;
      talk =
          keepers.talk(pod.getMetadata().getName(), container, RELAY, this::answer, tasks::execute);
      CompletableFuture<Void> unused = talk.whenComplete((none, fault) -> over(fault));
      if (ended) {
        talk.complete(null);
      }
    }

    void end() {
      ended = true;
      talk.complete(null);
    }

    private void over(Throwable fault) {
      sessions.remove(instance.id, this);
      if (fault != null) {
        LOG.log(Level.DEBUG, "instance {0}: {1}", instance.id, fault.getMessage());
      }
      // As its keeper may be there again, or this may have been the end of another pod of it.
      Duration pause = pauses.getOrDefault(instance.id, PodTasks.FIRST_PAUSE);
      pauses.put(instance.id, PodTasks.longer(pause));
      tasks.after(pause, () -> look(instance));
    }

    private String answer(String line) {
      pauses.remove(instance.id);
      int cut = line.indexOf(' ');
      if (cut < 1 || cut > LONGEST_NUMBER) {
        return "";
      }
      return line.substring(0, cut) + " " + signature(line.substring(cut + 1));
    }

    private String signature(String text) {
      try {
        StoreRequest request = StoreRequest.parse(text);
        ContentGrant grant = grant(pod, store.get(instance.id));
        return StoreRequest.text(
            folder(pod)
                ? FolderRequests.answer(request, grant)
                : signer.orElseThrow().sign(request, grant));
      } catch (ContentStoreFault e) {
        return switch (e.kind()) {
          case REFUSED -> refused(e.getMessage());
          case UNAVAILABLE -> unavailable(e);
        };
      } catch (IllegalArgumentException e) {
        return refused(e.getMessage());
      } catch (WorkspaceFault e) {
        return unavailable(e);
      }
    }

    private String refused(String why) {
      if (refused.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING,
            "instance {0}: its keeper asks for what is not its own: {1}",
            instance.id,
            why);
      }
      return "refused";
    }

    private String unavailable(Exception why) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": nothing can be signed now", why);
      return "unavailable";
    }
  }

  /** What an instance may do with the store, by what its pod and its record say now. */
  static ContentGrant grant(Pod pod, Optional<Workspace> record) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return new ContentGrant(
        new WorkspaceKey(
            labels.getOrDefault(PodNames.OWNER, ""), labels.getOrDefault(PodNames.META_ID, "")),
        labels.getOrDefault(PodNames.INSTANCE, ""),
        record.map(KeeperSignatures::begins).orElse(Set.of()),
        record.map(KeeperSignatures::makes).orElse(Set.of()));
  }

  private static Set<String> begins(Workspace workspace) {
    return workspace.spec().initializer().snapshotUrls().stream()
        .map(SnapshotUrl::id)
        .collect(Collectors.toSet());
  }

  private static Set<String> makes(Workspace workspace) {
    var progress = workspace.status().progress();
    Stream<String> asked =
        progress.captures().pending().stream()
            .filter(capture -> capture.kind() == Capture.Kind.SNAPSHOT)
            .map(Capture::id);
    Stream<String> left =
        workspace.spec().type() == WorkspaceType.PREBUILD
            ? progress.snapshotId().stream()
            : Stream.empty();
    return Stream.concat(asked, left).collect(Collectors.toSet());
  }

  /** Ends every talk: another manager goes on. */
  void rest() {
    sessions.values().forEach(Session::end);
  }

  @Override
  public void close() {
    rest();
    signer.ifPresent(BucketSigner::close);
  }
}
