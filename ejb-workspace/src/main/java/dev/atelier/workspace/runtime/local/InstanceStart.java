package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.runtime.InstanceEnvironment;
import dev.atelier.workspace.runtime.MissingSecretException;
import dev.atelier.workspace.store.WorkspaceStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** Brings instances up: folders, content, main process, readiness. */
final class InstanceStart {
  private static final Logger LOG = System.getLogger(InstanceStart.class.getName());
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration FIRST_LOOK = Duration.ofMillis(4);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final LocalHost host;
  private final WorkspaceStore store;
  private final Function<String, WorkspaceClass> classes;
  private final InstanceContent content;
  private final InstanceEnd end;
  private final Launcher launcher;
  private final ReadinessProbe probe;
  private final Slots initializations;
  private final ExecutorService spawner;
  private final String hostName;

  /**
   * Starts nothing.
   *
   * @param classes by id
   * @param spawner see {@link LocalContentSandbox}
   * @param hostName where instances are placed
   */
  InstanceStart(
      LocalHost host,
      WorkspaceStore store,
      Function<String, WorkspaceClass> classes,
      InstanceContent content,
      InstanceEnd end,
      ExecutorService spawner,
      String hostName) {
    this.host = host;
    this.store = store;
    this.classes = classes;
    this.content = content;
    this.end = end;
    this.launcher = new Launcher(host.sandbox, host.machine, host.settings.logBytes());
    this.probe = new ReadinessProbe(host.sandbox, host.machine);
    this.initializations = new Slots(host.workers(), host.settings.initializations());
    this.spawner = spawner;
    this.hostName = hostName;
  }

  RuntimeInfo place(String id) {
    return new RuntimeInfo(hostName, "ws-" + id, "127.0.0.1");
  }

  /** Carries a start on from wherever it is. */
  void carryOn(LocalInstance instance) {
    host.run(instance, () -> make(instance));
  }

  private void make(LocalInstance instance) throws IOException, InterruptedException {
    Optional<WorkspaceSecrets> secrets;
    try {
      secrets = store.secrets(instance.id);
    } catch (WorkspaceFault fault) {
      host.runAfter(AGAIN, instance, () -> make(instance));
      return;
    }
    if (instance.terminating() || secrets.isEmpty()) {
      end.endedUnlaunched(instance);
      return;
    }
    InstanceFolder folder = instance.folder;
    FileTree.makePassable(folder.root());
    Optional<InitializerMetrics> done = folder.contentReady();
    if (done.isPresent()) {
      launch(instance, secrets.get(), done.get());
      return;
    }
    FileTree.delete(folder.content());
    FileTree.delete(folder.contentHome());
    FileTree.make(folder.content(), host.machine);
    FileTree.make(folder.home(), host.machine);
    host.update(
        instance, seen -> seen.with(s -> s.stage(Stage.INITIALIZING).runtime(place(instance.id))));
    Initializer initializer = secrets.get().initializer().orElse(null);
    if (initializer instanceof Initializer.Empty) {
      ready(instance, secrets.get(), InitializerMetrics.NONE);
    } else if (initializer == null) {
      fail(
          instance,
          "Content initialization failed: it was cut off, and what it needs was erased meanwhile");
    } else {
      WorkspaceSecrets present = secrets.get();
      boolean waits =
          initializations.run(
              () -> host.guarded(instance, () -> initialize(instance, present, initializer)));
      if (waits) {
        host.update(
            instance,
            seen ->
                seen.stage() == Stage.INITIALIZING && seen.message().isEmpty()
                    ? seen.withMessage("waiting for other initializations")
                    : seen);
      }
    }
  }

  private void initialize(LocalInstance instance, WorkspaceSecrets secrets, Initializer initializer)
      throws IOException, InterruptedException {
    FileTree.make(instance.folder.contentHome(), host.machine);
    if (!instance.beginInitialization()) {
      end.endedUnlaunched(instance);
      return;
    }
    try {
      InitializerMetrics metrics;
      try {
        metrics =
            content.initialize(
                initializer,
                contentSandbox(instance),
                line -> host.update(instance, seen -> seen.withMessage(line)));
      } finally {
        instance.endInitialization();
      }
      ready(instance, secrets, metrics);
    } catch (InterruptedException e) {
      LocalContentSandbox.endLeft(instance.folder);
      if (!instance.terminating()) {
        throw e; // The manager ends; the next one begins again.
      }
      end.endedUnlaunched(instance);
    } catch (InstanceContent.Failure e) {
      LocalContentSandbox.endLeft(instance.folder);
      LOG.log(Level.DEBUG, "instance " + instance.id + ": initialization failed", e);
      fail(instance, "Content initialization failed: " + e.getMessage());
    }
  }

  LocalContentSandbox contentSandbox(LocalInstance instance) throws IOException {
    List<Path> groups = host.machine.groups().create(instance.id, resources(instance.workspace()));
    return new LocalContentSandbox(host.sandbox, instance.folder, groups, spawner);
  }

  private void ready(LocalInstance instance, WorkspaceSecrets secrets, InitializerMetrics metrics)
      throws IOException, InterruptedException {
    instance.folder.writeContentReady(metrics);
    launch(instance, secrets, metrics);
  }

  private void launch(LocalInstance instance, WorkspaceSecrets secrets, InitializerMetrics metrics)
      throws IOException, InterruptedException {
    InstanceFolder folder = instance.folder;
    Workspace workspace = instance.workspace();
    LocalEntry entry = host.settings.entry(workspace.spec().workspaceImage());
    try {
      InstanceFolder.writePrivately(
          folder.start(), script(folder, workspace, entry, secrets, metrics));
    } catch (MissingSecretException e) {
      fail(instance, e.getMessage());
      return;
    }
    FileTree.make(folder.home(), host.machine);
    launch(instance, resources(workspace));
    if (!instance.launched()) {
      end.endedUnlaunched(instance);
      return;
    }
    Instant until = host.clock.instant().plus(entry.timeout());
    host.update(
        instance,
        seen ->
            seen.with(
                s ->
                    s.stage(Stage.STARTED)
                        .contentReady(true)
                        .initializerMetrics(metrics)
                        .message("")
                        .runtime(place(instance.id))));
    host.runAfter(FIRST_LOOK, instance, () -> look(instance, entry, until, FIRST_LOOK));
  }

  private void launch(LocalInstance instance, WorkspaceClass.Resources resources)
      throws IOException, InterruptedException {
    if (instance.terminating()) {
      return;
    }
    Optional<InstanceNetwork> network =
        host.networks.isPresent() ? Optional.of(host.networks.get().take()) : Optional.empty();
    try {
      synchronized (instance) {
        if (!instance.terminating()) {
          Process process = launcher.launch(instance.folder, resources, network);
          instance.setLaunched(process.toHandle());
          // A second way to hear of its end: this one works when the launcher itself was killed.
          CompletableFuture<Void> unused =
              process.onExit().thenRun(() -> host.run(instance, () -> end.look(instance)));
        }
      }
    } finally {
      if (network.isPresent()) {
        network.get().close();
      }
    }
  }

  /** Goes on looking for readiness where a restart of the manager has cut that off. */
  void awaitReadiness(LocalInstance instance) {
    LocalEntry entry = host.settings.entry(instance.workspace().spec().workspaceImage());
    Instant until = host.clock.instant().plus(entry.timeout());
    host.run(instance, () -> look(instance, entry, until, FIRST_LOOK));
  }

  private void look(LocalInstance instance, LocalEntry entry, Instant until, Duration pause)
      throws IOException, InterruptedException {
    if (instance.ended() || instance.terminating()) {
      return;
    }
    InstanceFolder folder = instance.folder;
    if (probe.ready(folder, entry.readiness())) {
      Files.deleteIfExists(folder.start());
      folder.writeReady();
      host.update(instance, seen -> seen.withReady(true));
    } else if (host.clock.instant().isAfter(until)) {
      String failure = "main process was not ready after " + entry.timeout().toSeconds() + " s";
      folder.writeFailure(failure);
      host.update(instance, seen -> seen.withFailure(failure));
    } else {
      Duration longer = pause.multipliedBy(3).dividedBy(2);
      Duration next = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
      host.runAfter(pause, instance, () -> look(instance, entry, until, next));
    }
  }

  private String script(
      InstanceFolder folder,
      Workspace workspace,
      LocalEntry entry,
      WorkspaceSecrets secrets,
      InitializerMetrics metrics)
      throws MissingSecretException {
    WorkspaceSpec spec = workspace.spec();
    String root = host.sandbox.workspaceFolder(folder);
    String home = host.sandbox.home(folder);
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("HOME", home);
    environment.put("USER", "workspace");
    environment.put("LOGNAME", "workspace");
    environment.put("SHELL", Machine.program("bash").isPresent() ? "/bin/bash" : "/bin/sh");
    environment.put("LANG", "C.UTF-8");
    environment.putAll(entry.environment());
    List<EnvironmentVariable> variables = secrets.environment();
    environment.putAll(
        new InstanceEnvironment(host.settings.heartbeat(), host.settings.host(), root)
            .of(
                workspace,
                variables,
                classes.apply(spec.workspaceClass()),
                new FileSecrets(host.settings.secrets())));
    List<String> folders = new ArrayList<>();
    if (!spec.workspaceLocation().isEmpty()) {
      folders.add(root + "/" + spec.workspaceLocation());
    }
    spec.initializer().checkoutLocations().stream()
        .findFirst()
        .ifPresent(checkout -> folders.add(checkout.isEmpty() ? root : root + "/" + checkout));
    folders.add(root);
    StartScript script = new StartScript(environment, spec.git(), home);
    return entry
        .command()
        .map(command -> script.command(folders, command))
        .orElseGet(
            () ->
                script.tasks(
                    folders,
                    TaskList.parse(environment.getOrDefault("GITPOD_TASKS", "")),
                    TaskList.Mode.of(spec.type(), metrics)));
  }

  private WorkspaceClass.Resources resources(Workspace workspace) {
    return classes.apply(workspace.spec().workspaceClass()).resources();
  }

  private void fail(LocalInstance instance, String failure) throws IOException {
    instance.folder.writeFailure(failure);
    host.update(instance, seen -> seen.with(s -> s.stage(Stage.ENDED).failure(failure)));
  }
}
