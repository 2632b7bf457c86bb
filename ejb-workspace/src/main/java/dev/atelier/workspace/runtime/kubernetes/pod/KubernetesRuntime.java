// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.runtime.SnapshotLookup;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs instances as pods. What is true of an instance stands in its pod; what this object knows
 * beside it can be found out again, so that the end of the manager is nothing but a restart.
 */
public final class KubernetesRuntime implements WorkspaceRuntime, AutoCloseable {
  private static final Logger LOG = System.getLogger(KubernetesRuntime.class.getName());
  private static final Duration SYNC = Duration.ofSeconds(60);
  private static final Duration SHORT_TALK = Duration.ofSeconds(15);
  private static final Duration BROUGHT_BACK = Duration.ofSeconds(30);
  private static final int TALKS = 4;
  private static final Duration ERASING_PAUSE = Duration.ofMillis(200);

  private final KubernetesClient client;
  private final String namespace;
  private final WorkspaceStore store;
  private final PodLaunch launches;
  private final KeeperExec keepers;
  private final PodWatch watch;
  private final PodVolumes volumes;
  private final WarmPods warm;
  private final VolumeContents contents;
  private final UnsavedPods unsaved;
  private final CredentialErasure erasure;
  private final PodTasks tasks;
  private final PodStarts starts;
  private final KeeperSignatures signatures;
  private final PodCopies copies;
  private final PodEnds ends;
  private final InstantSource clock;
  private final Function<String, Optional<OwnerReference>> owners;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, PodInstance> instances = new ConcurrentHashMap<>();

  /**
   * Does nothing before {@link #start}.
   *
   * @param classes by id
   * @param podClasses what classes mean here, by id
   * @param owners whom the objects of an instance belong to and go with, by its id; empty: nobody,
   *     and its Secret stays
   * @param stored how large backups are
   * @param workers runs what may block; ends with this object
   * @param timer short tasks after a delay; ends with this object
   */
  public KubernetesRuntime(
      KubernetesClient client,
      String namespace,
      PodSettings settings,
      WorkspaceStore store,
      Function<String, WorkspaceClass> classes,
      Function<String, PodClass> podClasses,
      Function<String, Optional<OwnerReference>> owners,
      SnapshotLookup snapshots,
      StoredSizes stored,
      Workers workers,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.client = client;
    this.namespace = namespace;
    this.store = store;
    this.clock = clock;
    this.owners = owners;
    this.tasks = new PodTasks(workers, timer);
    this.keepers = new KeeperExec(client, namespace);
    this.watch = new PodWatch(client, namespace, clock, this::podChanged);
    this.volumes = new PodVolumes(client, namespace, watch.volumes());
    VolumeSnapshots volumeSnapshots =
        new VolumeSnapshots(client, namespace, watch.volumes(), BROUGHT_BACK);
    this.contents =
        new VolumeContents(
            watch.volumes(), volumes, volumeSnapshots, settings::snapshotClass, tasks, this::tell);
    this.warm = new WarmPods(client, namespace, settings, classes, podClasses, tasks);
    this.launches =
        new PodLaunch(
            client, namespace, settings, classes, podClasses, owners, stored, volumes, warm);
    this.erasure =
        new CredentialErasure(
            store,
            watch::pod,
            (id, pod) -> seen(id, pod).contentReady(),
            new PodOrders(client, namespace, keepers),
            tasks);
    this.unsaved = new UnsavedPods(watch);
    this.starts =
        new PodStarts(store, snapshots, watch, unsaved, launches, keepers, tasks, this::tell);
    Duration longest = settings.backup().saveTimeout();
    this.signatures = KeeperSignatures.of(settings.store(), store, watch, keepers, tasks);
    this.copies =
        new PodCopies(watch, keepers, tasks, longest, signatures::look, this::tell, clock);
    this.ends = new PodEnds(client, namespace, watch, keepers, tasks);
  }

  @Override
  public void start(Collection<Workspace> known) throws WorkspaceFault {
    open();
    tasks.act();
    warm.start();
    Map<String, Workspace> records =
        known.stream().collect(Collectors.toMap(Workspace::id, Function.identity()));
    Duration pause = Duration.ZERO;
    for (String id : watch.instances()) {
      PodInstance instance = instance(id);
      Optional<Pod> pod = watch.pod(id);
      Optional<Workspace> record = Optional.ofNullable(records.get(id));
      // One after the other, not all at once.
      if (pod.isPresent() && erasure.takeOver(instance, pod.get(), record, pause)) {
        pause = pause.plus(ERASING_PAUSE);
      }
      if (pod.isPresent() && records.containsKey(id)) {
        if (contentRecorded(records.get(id))) {
          instance.contentRecorded(records.get(id).status());
        }
        look(instance, pod.get());
      } else if (owners.apply(id).isPresent()) {
        LOG.log(Level.DEBUG, "instance {0}: its record cannot be read, its pod is left alone", id);
      } else if (pod.isPresent() && saving(id, pod.get())) {
        // Its record is gone by now: what was not saved in time is all that is left of it.
        keepUnsaved(id);
        signatures.look(instance);
      } else {
        ends.remove(instance);
        contents.keep(instance);
      }
    }
  }

  /** Whether how its content was made stands in its record, so that there is nothing to ask. */
  private static boolean contentRecorded(Workspace workspace) {
    // A regular one may have been restored from its backup, whatever its initializer.
    boolean costNothing =
        workspace.spec().initializer() instanceof Initializer.Empty
            && workspace.spec().type() != WorkspaceType.REGULAR;
    return workspace.phase() == Phase.RUNNING
        && (costNothing || !workspace.status().initializerMetrics().steps().isEmpty());
  }

  @Override
  public void rest() {
    tasks.rest();
    signatures.rest();
  }

  /** Begins to watch, whether it acts or not; does nothing where it watches already. */
  public void open() throws WorkspaceFault {
    try {
      watch.start(warm::watch, SYNC);
    } catch (TimeoutException | KubernetesClientException e) {
      throw WorkspaceFault.unavailable("the Kubernetes API server: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted", e);
    }
  }

  /** Whether its keeper, which is all that still runs, may save its content yet. */
  private boolean saving(String id, Pod pod) {
    Observation seen = seen(id, pod);
    return seen.stage() == Stage.ENDED && seen.disposal().state() == SaveState.RUNNING;
  }

  private void keepUnsaved(String id) {
    if (unsaved.keep(id, clock.instant())) {
      LOG.log(Level.WARNING, "instance {0}: its pod stays until its content is saved", id);
    }
  }

  private PodInstance instance(String id) {
    return instances.computeIfAbsent(id, PodInstance::new);
  }

  private void podChanged(String id, Optional<Pod> pod) {
    PodInstance instance = pod.isPresent() ? instance(id) : instances.get(id);
    if (instance != null && (tasks.acts() || pod.isEmpty())) {
      if (pod.isEmpty()) {
        instances.remove(id, instance);
        signatures.look(instance);
        unsaved.gone(id);
      } else if (unsaved.kept(id) && !saving(id, pod.get())) {
        unsaved.gone(id);
        tasks.run(instance, "saved", () -> ends.remove(instance));
      } else {
        look(instance, pod.get());
      }
    }
    tell(id);
  }

  private void tell(String id) {
    listeners.forEach(listener -> listener.accept(id));
  }

  /** Asks the keeper for what the pod's status has no place for, once there is something to ask. */
  private void look(PodInstance instance, Pod pod) {
    Observation seen = seen(instance.id, pod);
    erasure.look(instance, pod, seen);
    signatures.look(instance);
    if (seen.stage() == Stage.STARTED && instance.askForContent()) {
      tasks.run(instance, "content", () -> readContent(instance, pod, TALKS));
    }
    if (seen.pullingImages() && seen.failure().isEmpty()) {
      lookAgain(instance.id, watch.events(instance.id).failing().map(PodImages::failsAt));
    }
    if (seen.stage() == Stage.INITIALIZING
        && pod.getMetadata().getName().startsWith(PodNames.WARM_PREFIX)) {
      starts.deliver(instance, pod.getMetadata().getName());
    }
    contents.look(instance);
    if (seen.stage() != Stage.ENDED) {
      lookAgain(instance.id, PodObservation.endsSurely(new PodView(pod)));
    }
  }

  /** What is seen changes then, though the pod may not. */
  private void lookAgain(String id, Optional<Instant> when) {
    when.map(at -> Duration.between(clock.instant(), at).plusMillis(1))
        .filter(rest -> !rest.isNegative())
        .ifPresent(rest -> tasks.after(rest, () -> tell(id)));
  }

  private void readContent(PodInstance instance, Pod pod, int tries) {
    String name = pod.getMetadata().getName();
    tasks.then(
        keepers.run(name, SHORT_TALK, List.of("cat", PodPaths.STATE + "/content")),
        text -> {
          instance.contentMade(AgentResult.parse(text));
          tell(instance.id);
        },
        fault -> {
          if (tries > 1 && watch.pod(instance.id).isPresent()) {
            Duration pause = PodTasks.FIRST_PAUSE.multipliedBy(TALKS - tries + 1);
            tasks.runAfter(pause, instance, "content", () -> readContent(instance, pod, tries - 1));
          } else {
            instance.contentUnknown();
            LOG.log(Level.DEBUG, "instance {0}: {1}", instance.id, fault.getMessage());
          }
        });
  }

  @Override
  public Observation observe(String id) {
    Optional<Pod> pod = watch.pod(id);
    PodInstance instance = instances.get(id);
    if (pod.isEmpty()) {
      return instance == null ? Observation.ABSENT : instance.withoutPod();
    }
    Observation seen = contents.with(id, pod.get(), seen(id, pod.get()));
    return instance == null ? seen : instance.with(seen);
  }

  private Observation seen(String id, Pod pod) {
    return PodObservation.of(
        pod, watch.node(pod), watch.nodeGone(pod), watch.events(id), clock.instant());
  }

  @Override
  public void launch(Workspace workspace) throws WorkspaceFault {
    starts.launch(instance(workspace.id()), workspace);
  }

  @Override
  public void terminate(String id, Duration grace) throws WorkspaceFault {
    PodInstance instance = instance(id);
    Optional<Pod> pod = watch.pod(id);
    if (pod.isEmpty()) {
      instance.cancel();
      tell(id);
      return;
    }
    ends.terminate(instance, pod.get(), store.get(id), grace);
  }

  @Override
  public void copy(Workspace workspace, Capture capture) throws WorkspaceFault {
    copies.begin(instance(workspace.id()), capture);
  }

  /** The keeper saves by itself, since nobody else may be there; but not a volume's snapshot. */
  @Override
  public void dispose(Workspace workspace, Save save) throws WorkspaceFault {
    Optional<PodView> pod = watch.pod(workspace.id()).map(PodView::new);
    if (pod.isPresent()) {
      contents.dispose(instance(workspace.id()), pod.get(), workspace, save);
    }
  }

  @Override
  public void remove(Workspace workspace) throws WorkspaceFault {
    PodInstance instance = instance(workspace.id());
    Optional<Pod> known = watch.pod(workspace.id());
    if (known.isPresent() && UnsavedPods.due(workspace) && saving(workspace.id(), known.get())) {
      keepUnsaved(workspace.id());
      return;
    }
    contents.settle(instance, workspace);
    if (known.isEmpty()) {
      instances.remove(workspace.id());
      tell(workspace.id());
    } else {
      ends.remove(instance);
    }
  }

  @Override
  public boolean deleteVolumeSnapshot(String name, String handle, boolean soft, WorkspaceType type)
      throws WorkspaceFault {
    return contents.deleteSnapshot(name, handle, soft, type);
  }

  @Override
  public List<UnsavedContent> unsaved() {
    return Stream.concat(unsaved.list().stream(), volumes.unsaved().stream())
        .sorted(Comparator.comparing(UnsavedContent::since))
        .toList();
  }

  @Override
  public int unsavedCount() {
    return unsaved.count() + volumes.unsaved().size();
  }

  @Override
  public boolean letGo(String id) throws WorkspaceFault {
    Optional<Pod> pod = watch.pod(id);
    if (pod.isPresent() && unsaved.kept(id)) {
      ends.abort(instance(id), pod.get());
      return true;
    }
    return contents.letGo(id);
  }

  @Override
  public void watch(Consumer<String> listener) {
    listeners.add(listener);
  }

  @Override
  public Optional<InputStream> follow(String id) {
    return watch
        .pod(id)
        .map(PodView::new)
        .filter(pod -> pod.running(PodNames.WORKSPACE))
        .map(pod -> new FollowedLog(client, namespace, pod.name()));
  }

  @Override
  public List<String> problems() {
    return watch.watching() ? List.of() : List.of("the Kubernetes API server cannot be watched");
  }

  /** Stops watching; instances go on. */
  @Override
  public void close() {
    signatures.close();
    tasks.close();
    watch.close();
  }
}
