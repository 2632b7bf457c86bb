// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Isolation;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.runtime.SnapshotLookup;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.store.WorkspaceStore;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs instances as processes of this machine. What is true of an instance stands in its files
 * ({@link InstanceFolder}); memory is a cache of it, so that the end of the manager at any moment
 * is nothing but a restart.
 */
public final class LocalRuntime implements WorkspaceRuntime, AutoCloseable {
  private static final Logger LOG = System.getLogger(LocalRuntime.class.getName());

  private final Path data;
  private final LocalHost host;
  private final InstanceSaves saves;
  private final Unsaved unsaved;
  private final InstanceStart starts;
  private final InstanceEnd ends;
  private final InstanceRemoval removal;
  private final StorageWatch storage;
  private final DamagedInstances damaged;
  private final LastOutputs lastOutputs;
  private final WorkspaceStore store;
  private final ThreadFactory threads;
  private final ExecutorService spawner;
  private final Map<String, LocalInstance> instances = new ConcurrentHashMap<>();
  private Optional<EndWatch> endWatch = Optional.empty();
  private Optional<OutputWatch> output = Optional.empty();

  /**
   * Warns of what the machine cannot do. Runs nothing before {@link #start}.
   *
   * @param data the manager's own folder
   * @param classes by id
   * @param workers runs what may block; ends with this object
   * @param timer short tasks after a delay; ends with this object
   * @param threads for the few threads that live as long as this object
   * @throws IOException the folder cannot be used
   */
  LocalRuntime(
      Path data,
      LocalRuntimeSettings settings,
      Machine machine,
      WorkspaceStore store,
      Function<String, WorkspaceClass> classes,
      InstanceContent content,
      SnapshotLookup snapshots,
      Workers workers,
      ScheduledExecutorService timer,
      ThreadFactory threads,
      InstantSource clock,
      String hostName)
      throws IOException {
    this.data = data;
    this.store = store;
    Sandbox sandbox = new Sandbox(machine, settings, data);
    this.host = new LocalHost(data, settings, machine, sandbox, clock, workers, timer);
    this.threads = threads;
    this.spawner = Executors.newSingleThreadExecutor(threads);
    this.ends = new InstanceEnd(host);
    ContentSandboxes sandboxes = new ContentSandboxes(host, classes, spawner);
    this.saves = new InstanceSaves(host, content, sandboxes, new Slots(workers, settings.saves()));
    this.unsaved = new Unsaved(data, host, content, sandboxes, settings.unsavedInterval());
    this.damaged = new DamagedInstances(data, host, unsaved);
    this.lastOutputs = new LastOutputs(data, host, store);
    this.removal = new InstanceRemoval(host, ends, unsaved, damaged, lastOutputs, instances);
    this.starts =
        new InstanceStart(
            host, store, classes, content, sandboxes, unsaved, snapshots, ends, hostName);
    this.storage = new StorageWatch(host, classes, ends, instances::values);
    machine.warnings(settings).forEach(warning -> LOG.log(Level.WARNING, warning));
    LOG.log(Level.INFO, "limits of classes: " + machine.limits());
  }

  @Override
  public Isolation isolation() {
    return host.machine.isolation();
  }

  @Override
  public String limitsCaveat() {
    return host.machine.limitsCaveat();
  }

  @Override
  public void start(Collection<Workspace> known) throws WorkspaceFault {
    try {
      for (String name : List.of("workspaces", "instances", "ended")) {
        Files.createDirectories(data.resolve(name));
      }
      if (!host.sandbox.isolated() && host.machine.root()) {
        for (Path folder : List.of(data, data.resolve("workspaces"), data.resolve("instances"))) {
          FileTree.makePassable(folder);
        }
      }
      if (host.networks.isPresent()) {
        host.networks.get().open();
      }
      endWatch = Optional.of(new EndWatch(data.resolve("ended"), threads, this::ended));
      output = Optional.of(new OutputWatch(data, threads));
      // Who left content has gone: what is there is of that, or of a try to save it.
      Set<String> left =
          unsaved.list().stream().map(UnsavedContent::id).collect(Collectors.toSet());
      List<Workspace> present =
          known.stream().filter(workspace -> !left.contains(workspace.id())).toList();
      for (Workspace workspace : present) {
        restoreOrShow(workspace);
      }
      Set<String> ids =
          Stream.concat(
                  present.stream().map(Workspace::id),
                  store.leftAlone().stream().map(LeftAlone::id))
              .collect(Collectors.toSet());
      try (Stream<Path> folders = Files.list(data.resolve("instances"))) {
        for (Path folder : folders.toList()) {
          if (!ids.contains(folder.getFileName().toString())) {
            discardStranger(new InstanceFolder(data, folder.getFileName().toString()));
          }
        }
      }
      lastOutputs.start();
      storage.start();
      unsaved.start();
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("instances cannot be found again: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted", e);
    }
  }

  /** A file of one instance that cannot be read is that one's alone. */
  private void restoreOrShow(Workspace workspace) {
    InstanceFolder folder = new InstanceFolder(data, workspace.id());
    if (!Files.exists(folder.root(), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    LocalInstance instance = new LocalInstance(workspace, folder);
    instances.put(instance.id, instance);
    try {
      if (!folder.exists()) {
        throw new IOException(folder.root() + " is damaged: it is no folder");
      }
      restore(instance);
    } catch (IOException | RuntimeException e) {
      damaged.show(instance, e);
    }
  }

  private void discardStranger(InstanceFolder folder) throws InterruptedException {
    try {
      removal.discard(folder);
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "what is left of the unknown instance {0} stays: {1}", folder.id(), e);
    }
  }

  private void restore(LocalInstance instance) throws IOException {
    InstanceFolder folder = instance.folder;
    Workspace workspace = instance.workspace();
    LocalContentSandbox.endLeft(folder);
    Optional<InitializerMetrics> metrics = folder.contentReady();
    Optional<Instant> killAt = folder.killAt();
    killAt.ifPresent(instance::killAt);
    boolean launched = folder.launcherIdentity().isPresent();
    if (launched) {
      instance.setLaunched();
    }
    String failure = folder.failure().orElse("");
    String note = folder.note();
    boolean over = killAt.isPresent() || workspace.phase().compareTo(Phase.STOPPING) >= 0;
    Stage stage =
        launched ? Stage.STARTED : over || !failure.isEmpty() ? Stage.ENDED : Stage.INITIALIZING;
    host.update(
        instance,
        seen ->
            seen.with(
                s ->
                    s.stage(stage)
                        .contentReady(metrics.isPresent())
                        .initializerMetrics(metrics.orElse(InitializerMetrics.NONE))
                        .failure(failure)
                        .ready(launched && folder.wasReady())
                        .note(launched ? note : "")
                        .runtime(starts.place(instance.id))));
    if (stage == Stage.INITIALIZING) {
      starts.carryOn(instance);
    } else if (launched) {
      ends.look(instance);
      if (!instance.ended() && killAt.isPresent()) {
        host.run(instance, () -> ends.carryOn(instance, true));
      } else if (!instance.ended() && !folder.wasReady() && failure.isEmpty()) {
        starts.awaitReadiness(instance);
      }
    }
  }

  private void ended(String id) {
    LocalInstance instance = instances.get(id);
    if (instance != null) {
      host.run(instance, () -> ends.look(instance));
    }
  }

  @Override
  public Observation observe(String id) {
    LocalInstance instance = instances.get(id);
    return instance == null ? Observation.ABSENT : instance.seen();
  }

  @Override
  public void launch(Workspace workspace) throws WorkspaceFault {
    if (!host.machine.problems().isEmpty()) {
      throw WorkspaceFault.unavailable(String.join("; ", host.machine.problems()));
    }
    LocalInstance instance = new LocalInstance(workspace, new InstanceFolder(data, workspace.id()));
    if (instances.putIfAbsent(workspace.id(), instance) == null) {
      host.update(instance, seen -> seen.withStage(Stage.WAITING));
      command(() -> starts.carryOn(instance));
    }
  }

  @Override
  public void terminate(String id, Duration grace) throws WorkspaceFault {
    LocalInstance instance = instances.get(id);
    if (instance != null) {
      command(() -> ends.terminate(instance, host.clock.instant().plus(grace)));
    }
  }

  @Override
  public void copy(Workspace workspace, Capture capture) throws WorkspaceFault {
    LocalInstance instance = instances.get(workspace.id());
    if (instance != null) {
      command(() -> saves.copy(instance, workspace, capture));
    }
  }

  @Override
  public void dispose(Workspace workspace, Save save) throws WorkspaceFault {
    LocalInstance instance = instances.get(workspace.id());
    if (instance != null && !damaged.dispose(instance, save)) {
      command(() -> saves.dispose(instance, workspace, save));
    }
  }

  @Override
  public void remove(Workspace workspace) throws WorkspaceFault {
    LocalInstance instance = instances.get(workspace.id());
    if (instance != null) {
      command(() -> removal.remove(instance, workspace));
    }
  }

  @Override
  public List<UnsavedContent> unsaved() throws WorkspaceFault {
    try {
      return unsaved.list();
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("unsaved content cannot be looked for", e);
    }
  }

  @Override
  public int unsavedCount() {
    return unsaved.count();
  }

  @Override
  public boolean letGo(String id) throws WorkspaceFault {
    try {
      return unsaved.letGo(id);
    } catch (IOException e) {
      throw WorkspaceFault.unavailable("the content cannot be deleted: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted", e);
    }
  }

  @Override
  public void watch(Consumer<String> listener) {
    host.watch(listener);
  }

  @Override
  public List<String> problems() {
    return host.machine.problems();
  }

  /**
   * The output of an instance's processes, as far as it is kept and while more comes; to be closed.
   * Reading blocks until there is more, and ends when the instance has.
   *
   * @throws IOException there is no such instance
   */
  public InputStream output(String id) throws IOException {
    LocalInstance instance = instances.get(id);
    if (instance == null) {
      throw new IOException("instance " + id + " has no output here");
    }
    synchronized (instance) {
      if (!instance.ended()) {
        FileTree.makePassable(instance.folder.root());
      } else if (!instance.folder.exists()) {
        return lastOutputs.of(id).orElseGet(InputStream::nullInputStream);
      }
    }
    return OutputLog.follow(instance, output.orElseThrow());
  }

  @Override
  public Optional<InputStream> follow(String id) throws IOException {
    return instances.containsKey(id) ? Optional.of(output(id)) : lastOutputs.of(id);
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
  public void close() throws IOException {
    // It gives work to those who end next.
    if (endWatch.isPresent()) {
      endWatch.get().close();
    }
    host.close();
    if (host.networks.isPresent()) {
      host.networks.get().close();
    }
    storage.close();
    unsaved.close();
    spawner.shutdown();
    if (output.isPresent()) {
      output.get().close();
    }
    host.machine.groups().removeUnused();
  }
}
