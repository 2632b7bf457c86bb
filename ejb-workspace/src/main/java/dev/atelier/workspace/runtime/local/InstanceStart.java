// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.runtime.InstanceEnvironment;
import dev.atelier.workspace.runtime.MissingSecretException;
import dev.atelier.workspace.runtime.SnapshotLookup;
import dev.atelier.workspace.runtime.script.StartScript;
import dev.atelier.workspace.runtime.script.TaskList;
import dev.atelier.workspace.store.WorkspaceStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Brings instances up: folders, content, main process, readiness. */
final class InstanceStart {
  private static final Logger LOG = System.getLogger(InstanceStart.class.getName());
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** How many instances are asked side by side whether they are ready. */
  static final int PROBES = 8;

  private static final Duration FIRST_LOOK = Duration.ofMillis(4);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final LocalHost host;
  private final WorkspaceStore store;
  private final Function<String, WorkspaceClass> classes;
  private final InstanceContent content;
  private final ContentSandboxes sandboxes;
  private final Unsaved unsaved;
  private final SnapshotLookup snapshots;
  private final InstanceEnd end;
  private final Launcher launcher;
  private final ReadinessProbe probe;
  private final Slots initializations;
  private final Slots emptyOnes;
  private final Slots probes;
  private final String hostName;

  /**
   * Starts nothing.
   *
   * @param classes by id
   * @param hostName where instances are placed
   */
  InstanceStart(
      LocalHost host,
      WorkspaceStore store,
      Function<String, WorkspaceClass> classes,
      InstanceContent content,
      ContentSandboxes sandboxes,
      Unsaved unsaved,
      SnapshotLookup snapshots,
      InstanceEnd end,
      String hostName) {
    this.host = host;
    this.store = store;
    this.classes = classes;
    this.content = content;
    this.sandboxes = sandboxes;
    this.unsaved = unsaved;
    this.snapshots = snapshots;
    this.end = end;
    this.launcher = new Launcher(host.sandbox, host.machine, host.settings.logBytes());
    this.probe = new ReadinessProbe(host.sandbox, host.machine);
    this.initializations = new Slots(host.workers(), host.settings.initializations());
    this.emptyOnes = new Slots(host.workers(), host.settings.initializations());
    this.probes = new Slots(host.workers(), PROBES);
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
    FileTree.delete(folder.contentHome());
    FileTree.make(folder.home(), host.machine);
    Optional<String> from =
        instance.workspace().spec().type() == WorkspaceType.REGULAR
            ? unsaved.takeOver(instance.workspace(), folder)
            : Optional.empty();
    if (from.isPresent()) {
      String note = "goes on with what instance " + from.get() + " left, which was not saved";
      InitializerMetrics taken =
          InitializerMetrics.NONE.plus(
              InitializerMetrics.Kind.BACKUP, new InitializerMetrics.Metric(Duration.ZERO, 0));
      ready(instance, secrets.get(), new InstanceContent.Filled(taken, true, note));
      return;
    }
    FileTree.delete(folder.content());
    FileTree.make(folder.content(), host.machine);
    host.update(
        instance, seen -> seen.with(s -> s.stage(Stage.INITIALIZING).runtime(place(instance.id))));
    Initializer initializer = secrets.get().initializer().orElse(null);
    if (initializer == null) {
      fail(
          instance,
          "Content initialization failed: it was cut off, and what it needs was erased meanwhile");
    } else if (snapshotsAreThere(instance, initializer)) {
      WorkspaceSecrets present = secrets.get();
      // Where nothing is asked of a server, no server's pace is waited for; it may restore a
      // backup.
      Slots slots = initializer instanceof Initializer.Empty ? emptyOnes : initializations;
      boolean waits =
          slots.run(
              instance.workspace().spec().owner(),
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
      InstanceContent.Filled filled;
      try {
        filled =
            content.initialize(
                instance.workspace(),
                initializer,
                resources(instance.workspace()).storageBytes(),
                sandboxes.of(instance),
                line -> host.update(instance, seen -> seen.withMessage(line)));
      } finally {
        instance.endInitialization();
      }
      ready(instance, secrets, filled);
    } catch (InterruptedException e) {
      LocalContentSandbox.endLeft(instance.folder);
      if (!instance.terminating()) {
        throw e; // The manager ends; the next one begins again.
      }
      end.endedUnlaunched(instance);
    } catch (InstanceContent.Failure e) {
      LocalContentSandbox.endLeft(instance.folder);
      LOG.log(Level.DEBUG, "instance " + instance.id + ": initialization failed", e);
      if (e.passing()) {
        // Its startup timeout ends it where that lasts.
        String message = "its content is waited for: " + e.getMessage();
        host.update(instance, seen -> seen.withMessage(message));
        host.runAfter(AGAIN, instance, () -> make(instance));
        return;
      }
      fail(instance, "Content initialization failed: " + e.getMessage());
    }
  }

  /** Whether no snapshot is under way that it starts from; else it is made when that is over. */
  private boolean snapshotsAreThere(LocalInstance instance, Initializer initializer)
      throws IOException {
    for (SnapshotUrl url : initializer.snapshotUrls()) {
      CompletableFuture<Optional<Snapshot>> settled = snapshots.settled(url.id());
      if (!settled.isDone()) {
        host.update(
            instance, seen -> seen.withMessage("waiting for the snapshot that it starts from"));
        CompletableFuture<Optional<Snapshot>> unused =
            settled.whenComplete((found, fault) -> host.run(instance, () -> make(instance)));
        return false;
      }
      if (settled.isCompletedExceptionally()) {
        host.runAfter(AGAIN, instance, () -> make(instance));
        return false;
      }
      Optional<String> refusal = settled.join().flatMap(Snapshot::refusal);
      if (refusal.isPresent() && !initializer.optional(url)) {
        fail(
            instance,
            "Content initialization failed: the snapshot that it starts from " + refusal.get());
        return false;
      }
    }
    return true;
  }

  private void ready(
      LocalInstance instance, WorkspaceSecrets secrets, InstanceContent.Filled filled)
      throws IOException, InterruptedException {
    instance.folder.writeNote(filled.note());
    allow(instance, filled.metrics());
    instance.folder.writePrepared(filled.prepared());
    instance.folder.writeContentReady(filled.metrics());
    launch(instance, secrets, filled.metrics());
  }

  /** Whatever was saved can be started: it is evicted only when it grows further. */
  private void allow(LocalInstance instance, InitializerMetrics metrics)
      throws IOException, InterruptedException {
    long limit = resources(instance.workspace()).storageBytes();
    boolean restored = metrics.steps().containsKey(InitializerMetrics.Kind.BACKUP);
    long used = restored && limit > 0 ? StorageWatch.used(instance.folder) : 0;
    if (used > limit) {
      instance.folder.writeAllowance(StorageWatch.allowance(used, limit));
    }
  }

  private void launch(LocalInstance instance, WorkspaceSecrets secrets, InitializerMetrics metrics)
      throws IOException, InterruptedException {
    InstanceFolder folder = instance.folder;
    Workspace workspace = instance.workspace();
    LocalEntry entry = host.settings.entry(workspace.spec().workspaceImage());
    try {
      InstanceFolder.writePrivately(folder.start(), script(folder, workspace, entry, secrets));
    } catch (MissingSecretException e) {
      fail(instance, e.getMessage());
      return;
    }
    FileTree.make(folder.home(), host.machine);
    host.sandbox.prepare(folder);
    launch(instance, resources(workspace));
    if (!instance.launched()) {
      end.endedUnlaunched(instance);
      return;
    }
    Instant until = host.clock.instant().plus(entry.timeout());
    String note = folder.note();
    host.update(
        instance,
        seen ->
            seen.with(
                s ->
                    s.stage(Stage.STARTED)
                        .contentReady(true)
                        .initializerMetrics(metrics)
                        .message("")
                        .note(note)
                        .runtime(place(instance.id))));
    lookLater(instance, entry, until, FIRST_LOOK);
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
    lookLater(instance, entry, until, FIRST_LOOK);
  }

  /** Whoever is asked over the network has workers of its own: it decides how long it takes. */
  private void lookLater(LocalInstance instance, LocalEntry entry, Instant until, Duration pause) {
    Runnable look = () -> host.guarded(instance, () -> look(instance, entry, until, pause));
    host.after(pause, entry.readiness() instanceof Readiness.Http ? () -> probes.run(look) : look);
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
      lookLater(instance, entry, until, next);
    }
  }

  private String script(
      InstanceFolder folder, Workspace workspace, LocalEntry entry, WorkspaceSecrets secrets)
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
    environment.put("TERM", "xterm");
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
    StartScript script = StartScript.local(environment, spec.git(), home, Launcher.MARK);
    return entry
        .command()
        .map(command -> script.command(folders, command))
        .orElseGet(
            () ->
                script.tasks(
                    folders,
                    TaskList.parse(environment.getOrDefault("GITPOD_TASKS", "")),
                    TaskList.Mode.of(spec.type(), folder.prepared())));
  }

  private WorkspaceClass.Resources resources(Workspace workspace) {
    return classes.apply(workspace.spec().workspaceClass()).resources();
  }

  private void fail(LocalInstance instance, String failure) throws IOException {
    instance.folder.writeFailure(failure);
    host.update(instance, seen -> seen.with(s -> s.stage(Stage.ENDED).failure(failure)));
  }
}
