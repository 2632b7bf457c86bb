package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.runtime.SnapshotLookup;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
  private static final long SYNC_SECONDS = 60;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration SHORT_TALK = Duration.ofSeconds(15);
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final int TALKS = 4;

  private final KubernetesClient client;
  private final String namespace;
  private final WorkspaceStore store;
  private final SnapshotLookup snapshots;
  private final PodLaunch launches;
  private final KeeperExec keepers;
  private final PodWatch watch;
  private final UnsavedPods unsaved;
  private final Duration longestCopy;
  private final Workers workers;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, PodInstance> instances = new ConcurrentHashMap<>();
  private final Function<String, Optional<OwnerReference>> owners;
  private volatile boolean acts;
  private boolean watches;

  /**
   * Does nothing before {@link #start}.
   *
   * @param classes by id
   * @param podClasses what classes mean here, by id
   * @param owners whom the objects of an instance belong to and go with, by its id; empty: they are
   *     removed one by one
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
      Workers workers,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.client = client;
    this.namespace = namespace;
    this.store = store;
    this.snapshots = snapshots;
    this.launches = new PodLaunch(client, namespace, settings, classes, podClasses, owners);
    this.owners = owners;
    this.keepers = new KeeperExec(client, namespace);
    this.watch = new PodWatch(client, namespace, clock, this::podChanged);
    this.unsaved = new UnsavedPods(watch);
    this.longestCopy = settings.backup().saveTimeout();
    this.workers = workers;
    this.timer = timer;
    this.clock = clock;
  }

  @Override
  public void start(Collection<Workspace> known) throws WorkspaceFault {
    open();
    acts = true;
    Set<String> ids = known.stream().map(Workspace::id).collect(Collectors.toSet());
    for (String id : watch.instances()) {
      PodInstance instance = instance(id);
      Optional<Pod> pod = watch.pod(id);
      if (pod.isPresent() && ids.contains(id)) {
        look(instance, pod.get());
      } else if (pod.isPresent() && saving(id, pod.get())) {
        // Its record is gone by now: what was not saved in time is all that is left of it.
        keepUnsaved(id);
      } else if (owners.apply(id).isEmpty()) {
        run(instance, "remove", () -> remove(instance, false));
      }
    }
  }

  @Override
  public void rest() {
    acts = false;
  }

  /** Begins to watch, whether it acts or not. */
  public synchronized void open() throws WorkspaceFault {
    if (watches) {
      return;
    }
    try {
      watch.start(SYNC_SECONDS);
      watches = true;
    } catch (TimeoutException | KubernetesClientException e) {
      throw WorkspaceFault.unavailable("the Kubernetes API server: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted", e);
    }
  }

  /** Whether its keeper is all that still runs. */
  private boolean saving(String id, Pod pod) {
    return seen(id, pod).stage() == Stage.ENDED && running(pod, PodNames.KEEPER);
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
    if (instance != null && (acts || pod.isEmpty())) {
      if (pod.isEmpty()) {
        instances.remove(id, instance);
        unsaved.gone(id);
      } else if (unsaved.kept(id) && !saving(id, pod.get())) {
        unsaved.gone(id);
        run(instance, "remove", () -> remove(instance, false));
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
    if (seen.stage() == Stage.STARTED && !instance.contentKnown()) {
      run(instance, "content", () -> readContent(instance, pod, TALKS));
    }
    if (seen.pullingImages() && seen.failure().isEmpty()) {
      watch
          .events(instance.id)
          .failing()
          .map(since -> since.plus(PodObservation.PULL_PATIENCE).plusMillis(1))
          .ifPresent(
              at -> {
                Duration rest = Duration.between(clock.instant(), at);
                if (!rest.isNegative()) {
                  after(rest, () -> tell(instance.id));
                }
              });
    }
  }

  private void readContent(PodInstance instance, Pod pod, int tries) {
    String name = pod.getMetadata().getName();
    then(
        keepers.run(name, SHORT_TALK, "cat", PodPaths.STATE + "/content"),
        text -> {
          instance.contentMade(AgentResult.parse(text));
          String held = pod.getMetadata().getAnnotations().get(PodLaunch.CREDENTIALS);
          if ("held".equals(held)) {
            run(instance, "erase", () -> erase(instance));
          }
          tell(instance.id);
        },
        fault -> {
          if (tries > 1 && watch.pod(instance.id).isPresent()) {
            after(
                FIRST_PAUSE.multipliedBy(TALKS - tries + 1),
                () -> run(instance, "content", () -> readContent(instance, pod, tries - 1)));
          } else {
            LOG.log(Level.DEBUG, "instance {0}: {1}", instance.id, fault.getMessage());
          }
        });
  }

  private void erase(PodInstance instance) throws WorkspaceFault {
    Optional<Workspace> workspace = store.get(instance.id);
    if (workspace.isPresent()) {
      launches.erase(workspace.get());
    }
  }

  @Override
  public Observation observe(String id) {
    Optional<Pod> pod = watch.pod(id);
    PodInstance instance = instances.get(id);
    if (pod.isEmpty()) {
      return instance == null ? Observation.ABSENT : instance.withoutPod();
    }
    Observation seen = seen(id, pod.get());
    return instance == null ? seen : instance.with(seen);
  }

  private Observation seen(String id, Pod pod) {
    return PodObservation.of(
        pod, watch.node(pod), watch.nodeGone(pod), watch.events(id), clock.instant());
  }

  @Override
  public void launch(Workspace workspace) throws WorkspaceFault {
    if (watch.pod(workspace.id()).isEmpty()) {
      PodInstance instance = instance(workspace.id());
      instance.launch();
      command(() -> run(instance, "launch", () -> make(instance, workspace, FIRST_PAUSE)));
    }
  }

  private void make(PodInstance instance, Workspace workspace, Duration pause)
      throws WorkspaceFault {
    if (instance.cancelled() || watch.pod(instance.id).isPresent()) {
      tell(instance.id);
      return;
    }
    Optional<String> before = unsaved.ofSame(workspace);
    if (before.isPresent()) {
      // What it would start from is older than what is there still.
      instance.say("waits until the content of instance " + before.get() + " is saved", true);
      tell(instance.id);
      after(longer(pause), () -> run(instance, "launch", () -> make(instance, workspace, pause)));
      return;
    }
    Optional<WorkspaceSecrets> secrets = store.secrets(instance.id);
    if (secrets.isEmpty() || !snapshotsAreThere(instance, workspace)) {
      return;
    }
    try {
      launches.make(workspace, secrets.get());
      if (instance.cancelled()) {
        delete(PodNames.pod(instance.id, workspace.spec().type()), Optional.empty());
      }
    } catch (PodLaunch.Refused e) {
      instance.fail(e.getMessage());
      tell(instance.id);
    } catch (KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": its pod is not made yet", e);
      if (instance.say("its pod cannot be made yet: " + PodLaunch.words(e), false)) {
        tell(instance.id);
      }
      after(pause, () -> run(instance, "launch", () -> make(instance, workspace, longer(pause))));
    }
  }

  /** Whether no snapshot is under way that it starts from; else it is made when that is over. */
  private boolean snapshotsAreThere(PodInstance instance, Workspace workspace) {
    for (SnapshotUrl url : workspace.spec().initializer().snapshotUrls()) {
      CompletableFuture<Optional<Snapshot>> settled = snapshots.settled(url.id());
      if (!settled.isDone()) {
        instance.say("waiting for the snapshot that it starts from", true);
        tell(instance.id);
        CompletableFuture<Optional<Snapshot>> unused =
            settled.whenComplete(
                (found, fault) ->
                    run(instance, "launch", () -> make(instance, workspace, FIRST_PAUSE)));
        return false;
      }
      if (settled.isCompletedExceptionally()) {
        after(
            FIRST_PAUSE,
            () -> run(instance, "launch", () -> make(instance, workspace, FIRST_PAUSE)));
        return false;
      }
      Optional<Snapshot> found = settled.join();
      boolean failed = found.map(s -> s.state() != Snapshot.State.COMPLETE).orElse(false);
      if (failed && !workspace.spec().initializer().optional(url)) {
        String why = found.get().message();
        instance.fail(
            "Content initialization failed: the snapshot that it starts from failed: "
                + (why.isEmpty() ? "it was cut off" : why));
        tell(instance.id);
        return false;
      }
    }
    return true;
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
    Optional<Workspace> workspace = store.get(id);
    boolean abort =
        workspace
            .flatMap(known -> known.controls().stop())
            .map(stop -> stop == StopPolicy.ABORT)
            .orElse(false);
    if (instance.tell(grace, abort)) {
      List<String> pending =
          workspace.stream()
              .flatMap(known -> known.status().progress().captures().pending().stream())
              .filter(capture -> capture.kind() == Capture.Kind.SNAPSHOT)
              .map(Capture::id)
              .toList();
      command(() -> run(instance, "stop", () -> stop(instance, pod.get(), grace, abort, pending)));
    }
  }

  /** The keeper is told how, before the pod is told that. */
  private void stop(
      PodInstance instance, Pod pod, Duration grace, boolean abort, List<String> pending) {
    String name = pod.getMetadata().getName();
    boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
    if (!running(pod, PodNames.KEEPER)) {
      deleteOrRetry(instance, name, deleted, FIRST_PAUSE);
      return;
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "/agent/stop",
                PodPaths.STATE,
                Long.toString(grace.toSeconds()),
                abort ? "abort" : "save"));
    words.addAll(pending);
    then(
        keepers.run(name, SHORT_TALK, words.toArray(String[]::new)),
        text -> deleteOrRetry(instance, name, deleted, FIRST_PAUSE),
        fault -> {
          LOG.log(
              Level.WARNING,
              "instance {0} ends with the usual grace: {1}",
              instance.id,
              fault.getMessage());
          deleteOrRetry(instance, name, deleted, FIRST_PAUSE);
        });
  }

  private void deleteOrRetry(PodInstance instance, String name, boolean deleted, Duration pause) {
    if (deleted) {
      return;
    }
    try {
      delete(name, Optional.empty());
    } catch (KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": its pod is not deleted yet", e);
      after(
          pause,
          () ->
              run(
                  instance,
                  "delete",
                  () ->
                      deleteOrRetry(
                          instance, name, watch.pod(instance.id).isEmpty(), longer(pause))));
    }
  }

  private void delete(String name, Optional<Long> grace) {
    var pod = client.pods().inNamespace(namespace).withName(name);
    if (grace.isPresent()) {
      pod.withGracePeriod(grace.get()).delete();
    } else {
      pod.delete();
    }
  }

  private static boolean running(Pod pod, String container) {
    return statuses(pod)
        .anyMatch(
            one ->
                one.getName().equals(container)
                    && one.getState() != null
                    && one.getState().getRunning() != null);
  }

  private static Stream<ContainerStatus> statuses(Pod pod) {
    return pod.getStatus() == null
        ? Stream.empty()
        : Stream.concat(
            Stream.ofNullable(pod.getStatus().getInitContainerStatuses()).flatMap(List::stream),
            Stream.ofNullable(pod.getStatus().getContainerStatuses()).flatMap(List::stream));
  }

  @Override
  public void copy(Workspace workspace, Capture capture) throws WorkspaceFault {
    PodInstance instance = instance(workspace.id());
    Optional<Pod> pod = watch.pod(workspace.id());
    if (pod.isPresent() && instance.beginCopy(capture)) {
      Instant began = clock.instant();
      command(() -> run(instance, "copy", () -> copy(instance, capture, began, FIRST_PAUSE)));
    }
  }

  private void copy(PodInstance instance, Capture capture, Instant began, Duration pause) {
    Optional<Pod> pod = watch.pod(instance.id);
    if (pod.isEmpty() || !running(pod.get(), PodNames.KEEPER)) {
      over(instance, capture, began, Optional.empty(), "the instance has ended");
      return;
    }
    List<String> words = new ArrayList<>(List.of("/agent/ask", PodPaths.STATE, capture.id()));
    words.addAll(
        switch (capture.kind()) {
          case SNAPSHOT -> List.of("snapshot", capture.id());
          case BACKUP -> List.of("live-backup", Integer.toString(capture.number()));
        });
    then(
        keepers.run(pod.get().getMetadata().getName(), longestCopy, words.toArray(String[]::new)),
        text -> {
          AgentResult result = AgentResult.parse(text);
          instance.copied(result);
          boolean done = result.outcome() == AgentResult.Outcome.DONE;
          over(
              instance,
              capture,
              began,
              done ? Optional.of(KeeperReport.url(result)) : Optional.empty(),
              result.message());
        },
        fault -> {
          LOG.log(Level.DEBUG, "instance {0}: {1}", instance.id, fault.getMessage());
          after(
              pause,
              () -> run(instance, "copy", () -> copy(instance, capture, began, longer(pause))));
        });
  }

  private void over(
      PodInstance instance, Capture capture, Instant began, Optional<String> url, String message) {
    Duration took = Duration.between(began, clock.instant());
    SaveState state = url.isPresent() ? SaveState.COMPLETE : SaveState.FAILED;
    instance.see(new Capture.Seen(capture.id(), state, url.orElse(""), took, message));
    tell(instance.id);
  }

  /** The keeper saves by itself, since nobody else may be there to ask it to. */
  @Override
  public void dispose(Workspace workspace, Save save) {}

  @Override
  public void remove(Workspace workspace) throws WorkspaceFault {
    PodInstance instance = instance(workspace.id());
    boolean persistent = launches.persistent(workspace);
    Optional<Pod> known = watch.pod(workspace.id());
    if (known.isEmpty()) {
      instances.remove(workspace.id());
      command(
          () ->
              run(
                  instance,
                  "discard",
                  () ->
                      launches.discard(
                          PodNames.pod(workspace.id(), workspace.spec().type()),
                          workspace.id(),
                          persistent)));
      tell(workspace.id());
      return;
    }
    if (UnsavedPods.due(workspace) && saving(workspace.id(), known.get())) {
      keepUnsaved(workspace.id());
      return;
    }
    command(() -> run(instance, "remove", () -> remove(instance, persistent)));
  }

  /** Lets go of a pod that has ended, and ends one that has not. */
  private void remove(PodInstance instance, boolean persistent) {
    Optional<Pod> known = watch.pod(instance.id);
    if (known.isEmpty()) {
      return;
    }
    Pod pod = known.get();
    String name = pod.getMetadata().getName();
    boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
    boolean placed = pod.getSpec().getNodeName() != null && !pod.getSpec().getNodeName().isEmpty();
    boolean over =
        !placed
            || watch.nodeGone(pod)
            || seen(instance.id, pod).interrupted()
            || "Failed".equals(pod.getStatus().getPhase())
            || "Succeeded".equals(pod.getStatus().getPhase());
    try {
      Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
      if (!over && (!deleted || grace == null || grace > 1)) {
        delete(name, Optional.of(1L));
      }
      if (over && instance.letGo(pod.getMetadata().getUid())) {
        if (!deleted) {
          delete(name, Optional.of(0L));
        }
        letGo(pod);
        launches.discard(name, instance.id, persistent);
      }
    } catch (KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": its pod is not removed yet", e);
      instance.letGo("");
      after(FIRST_PAUSE, () -> run(instance, "remove", () -> remove(instance, persistent)));
    }
  }

  private void letGo(Pod pod) {
    List<String> others =
        pod.getMetadata().getFinalizers().stream()
            .filter(finalizer -> !finalizer.equals(PodNames.FINALIZER))
            .map(finalizer -> '"' + finalizer + '"')
            .toList();
    String patch =
        "{\"metadata\":{\"uid\":\"%s\",\"finalizers\":[%s]}}"
            .formatted(pod.getMetadata().getUid(), String.join(",", others));
    try {
      client
          .pods()
          .inNamespace(namespace)
          .withName(pod.getMetadata().getName())
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
    }
  }

  @Override
  public List<UnsavedContent> unsaved() {
    return unsaved.list();
  }

  @Override
  public int unsavedCount() {
    return unsaved.count();
  }

  @Override
  public boolean letGo(String id) throws WorkspaceFault {
    Optional<Pod> pod = watch.pod(id);
    if (pod.isEmpty() || !unsaved.kept(id)) {
      return false;
    }
    PodInstance instance = instance(id);
    command(
        () ->
            runAnyhow(instance, "stop", () -> stop(instance, pod.get(), AT_ONCE, true, List.of())));
    return true;
  }

  @Override
  public void watch(Consumer<String> listener) {
    listeners.add(listener);
  }

  @Override
  public Optional<InputStream> follow(String id) {
    return watch
        .pod(id)
        .filter(pod -> running(pod, PodNames.WORKSPACE))
        .map(
            pod -> {
              LogWatch log =
                  client
                      .pods()
                      .inNamespace(namespace)
                      .withName(pod.getMetadata().getName())
                      .inContainer(PodNames.WORKSPACE)
                      .watchLog();
              return new FollowedLog(log);
            });
  }

  @Override
  public List<String> problems() {
    return watch.watching() ? List.of() : List.of("the Kubernetes API server cannot be watched");
  }

  /** Work that may fail, whose failure is logged with the instance's name. */
  @FunctionalInterface
  private interface Work {
    void run() throws WorkspaceFault;
  }

  /** Runs it on a worker, unless the same is under way. */
  private void run(PodInstance instance, String name, Work work) {
    // What was begun before another manager acts is gone on with by that one.
    if (acts) {
      runAnyhow(instance, name, work);
    }
  }

  private void runAnyhow(PodInstance instance, String name, Work work) {
    if (!instance.begin(name)) {
      return;
    }
    boolean accepted = false;
    try {
      workers.execute(
          () -> {
            instance.end(name);
            guarded(instance, name, work);
          });
      accepted = true;
    } finally {
      if (!accepted) {
        instance.end(name);
      }
    }
  }

  private void guarded(PodInstance instance, String name, Work work) {
    try {
      work.run();
    } catch (WorkspaceFault | KubernetesClientException e) {
      LOG.log(Level.DEBUG, "instance " + instance.id + ": " + name + ", to be tried again", e);
      after(LONGEST_PAUSE.dividedBy(TALKS), () -> run(instance, name, work));
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "instance " + instance.id + ": " + name + ": unexpected fault", e);
    }
  }

  /** Goes on with an answer on a worker. */
  private void then(
      CompletableFuture<String> answer, Consumer<String> well, Consumer<Throwable> badly) {
    CompletableFuture<String> unused =
        answer.whenCompleteAsync(
            (text, fault) -> {
              try {
                if (fault == null) {
                  well.accept(text);
                } else {
                  badly.accept(fault);
                }
              } catch (IllegalArgumentException e) {
                badly.accept(e);
              } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "unexpected fault after a keeper's answer", e);
              }
            },
            workers);
  }

  private void after(Duration delay, Runnable work) {
    try {
      var unused = timer.schedule(work, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "left to the next start of the manager");
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private static void command(Runnable command) throws WorkspaceFault {
    try {
      command.run();
    } catch (RejectedExecutionException e) {
      throw WorkspaceFault.unavailable("this manager is too busy, or ending", e);
    }
  }

  /** Stops watching; instances go on. */
  @Override
  public void close() {
    timer.shutdownNow();
    workers.close();
    watch.close();
  }
}
