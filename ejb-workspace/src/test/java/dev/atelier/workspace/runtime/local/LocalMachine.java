// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** A local runtime on a folder of its own, which can be ended and started again. */
final class LocalMachine implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final String ENTRY = "test";

  final Path data;
  final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  final FakeContent content = new FakeContent();
  final Map<String, CompletableFuture<Optional<Snapshot>>> snapshots = new ConcurrentHashMap<>();
  final List<Workspace> known = new ArrayList<>();

  /** What ended a thread of the manager's. */
  final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

  private LocalRuntimeSettings settings = LocalRuntimeSettings.DEFAULT;
  private WorkspaceClass.Resources resources =
      new WorkspaceClass.Resources(500, 0, 256L << 20, 512L << 20, 200, 0);
  private List<String> host = List.of();
  private InstanceContent filling = content;
  private Machine machine;
  private LocalRuntime runtime;

  LocalMachine(Path data) {
    this.data = data;
  }

  /** Does to a content folder what a test says. */
  static final class FakeContent implements InstanceContent {
    volatile List<String> command = List.of("true");
    volatile Consumer<Process> started = process -> {};
    volatile boolean passing;
    volatile InitializerMetrics.Kind kind = InitializerMetrics.Kind.GIT;
    volatile boolean prepared;
    volatile String note = "";

    /** Why nothing can be saved; empty: it can. */
    volatile String refusal = "";

    /** Whether logs cannot be kept. */
    volatile boolean refusesLogs;

    final List<String> saved = new CopyOnWriteArrayList<>();

    /** Checkouts whose status was taken. */
    final List<String> looked = new CopyOnWriteArrayList<>();

    @Override
    public Filled initialize(
        Workspace workspace,
        Initializer initializer,
        long storageBytes,
        ContentSandbox sandbox,
        Consumer<String> progress)
        throws Failure, InterruptedException {
      try {
        Process process = sandbox.start(command, Map.of(), "", Network.NONE);
        started.accept(process);
        int code;
        try {
          code = process.waitFor();
        } catch (InterruptedException e) {
          process.destroyForcibly();
          throw e;
        }
        if (code != 0) {
          throw new Failure("ended with " + code, passing, null);
        }
        return new Filled(
            InitializerMetrics.NONE.plus(
                kind, new InitializerMetrics.Metric(Duration.ofMillis(5), 17)),
            prepared,
            note);
      } catch (IOException e) {
        throw new Failure(e.getMessage(), false, e);
      }
    }

    private String save(String what, ContentSandbox sandbox) throws Failure {
      if (!refusal.isEmpty()) {
        throw new Failure(refusal, true, null);
      }
      try (InputStream files =
          sandbox.start(List.of("ls", "-A"), Map.of(), "", Network.NONE).getInputStream()) {
        String names = new String(files.readAllBytes(), UTF_8).strip().replace('\n', ' ');
        saved.add(what + ": " + names);
      } catch (IOException e) {
        throw new Failure(e.getMessage(), true, e);
      }
      return "test:" + what;
    }

    @Override
    public String copy(Workspace workspace, Capture capture, ContentSandbox sandbox)
        throws Failure {
      return save(capture.id(), sandbox);
    }

    @Override
    public String saveBackup(UnsavedContent content, ContentSandbox sandbox) throws Failure {
      return save("final of " + content.id(), sandbox);
    }

    @Override
    public String saveSnapshot(Workspace workspace, String id, ContentSandbox sandbox)
        throws Failure {
      return save(id, sandbox);
    }

    @Override
    public void saveLog(Workspace workspace, InputStream log) throws Failure {
      if (refusesLogs) {
        throw new Failure("no logs", true, null);
      }
      try {
        saved.add("log: " + new String(log.readAllBytes(), UTF_8).strip());
      } catch (IOException e) {
        throw new Failure(e.getMessage(), true, e);
      }
    }

    @Override
    public GitStatus status(ContentSandbox sandbox, String checkoutLocation) {
      looked.add(checkoutLocation);
      return new GitStatus(checkoutLocation, "", List.of(), 0, List.of(), 0, List.of(), 0);
    }
  }

  /** Whether the programs of the sandbox are here; says once a class what is left out. */
  static boolean has(String program, String what) {
    boolean there = Machine.program(program).isPresent();
    if (!there) {
      System.out.println("left out, for " + program + " is missing: " + what);
    }
    return there;
  }

  /** Whether pasta is here and works; says what is left out. */
  static boolean hasPasta(Path data, String what) throws IOException {
    LocalRuntimeSettings pasta = LocalRuntimeSettings.DEFAULT.withNetwork(Networks.PASTA);
    boolean works = Machine.find(pasta, data).networks().isPresent();
    if (has("pasta", what) && !works) {
      System.out.println("left out, for pasta does not work for this user here: " + what);
    }
    return works;
  }

  LocalMachine with(LocalRuntimeSettings changed) {
    settings = changed;
    return this;
  }

  /** Takes what fills and saves folders in earnest. */
  LocalMachine with(InstanceContent real) {
    filling = real;
    return this;
  }

  LocalMachine with(WorkspaceClass.Resources changed) {
    resources = changed;
    return this;
  }

  /** Takes another network for the machine's: the one that this command leads into. */
  LocalMachine in(List<String> network) {
    host = network;
    return this;
  }

  /** What the last manager found. */
  Machine machine() {
    return machine;
  }

  LocalRuntimeSettings settings() {
    return settings;
  }

  /** Starts a manager. */
  LocalMachine start() throws IOException, WorkspaceFault {
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, "local-runtime-test");
          thread.setDaemon(true);
          thread.setUncaughtExceptionHandler((ended, fault) -> uncaught.add(fault));
          return thread;
        };
    machine = Machine.find(settings, data, host);
    runtime =
        new LocalRuntime(
            data,
            settings,
            machine,
            store,
            id -> new WorkspaceClass(id, id, id, 0, resources, Duration.ZERO),
            filling,
            id -> snapshots.getOrDefault(id, CompletableFuture.completedFuture(Optional.empty())),
            Workers.over(threads, 32),
            Executors.newSingleThreadScheduledExecutor(threads),
            threads,
            InstantSource.system(),
            "host");
    runtime.start(known);
    return this;
  }

  /** Ends the manager without a word to anybody, as a crash does. */
  void crash() throws IOException {
    runtime.close();
  }

  LocalRuntime runtime() {
    return runtime;
  }

  /** A workspace whose main process is a line of shell. */
  Workspace running(String id, String command, EnvironmentVariable... variables)
      throws WorkspaceFault {
    return launch(
        Workspaces.pending(id, WorkspaceType.REGULAR), new Initializer.Empty(), command, variables);
  }

  /** A workspace with an entry that runs {@code command}. */
  Workspace launch(
      Workspace workspace,
      Initializer initializer,
      String command,
      EnvironmentVariable... variables)
      throws WorkspaceFault {
    List<EnvironmentVariable> all = new ArrayList<>(List.of(variables));
    all.add(EnvironmentVariable.of("TEST_COMMAND", command));
    return record(workspace, initializer, all);
  }

  /** Records and launches a workspace. */
  Workspace record(
      Workspace workspace, Initializer initializer, List<EnvironmentVariable> variables)
      throws WorkspaceFault {
    Workspace asked =
        workspace.withSpec(workspace.spec().withInitializer(initializer.withoutCredentials()));
    store.create(asked, new WorkspaceSecrets("token", variables, Optional.of(initializer)));
    known.add(asked);
    runtime.launch(asked);
    return asked;
  }

  Observation seen(Workspace workspace) {
    return runtime.observe(workspace.id());
  }

  Observation awaitReady(Workspace workspace) {
    await()
        .atMost(PATIENCE)
        .until(() -> seen(workspace).ready() || seen(workspace).stage() == Stage.ENDED);
    return seen(workspace);
  }

  Observation awaitEnd(Workspace workspace) {
    await().atMost(PATIENCE).until(() -> seen(workspace).stage() == Stage.ENDED);
    return seen(workspace);
  }

  /** What its processes have written so far. */
  String output(Workspace workspace) throws IOException {
    Path file = new InstanceFolder(data, workspace.id()).output();
    return Files.exists(file) ? Files.readString(file) : "";
  }

  void awaitOutput(Workspace workspace, String text) {
    await().atMost(PATIENCE).until(() -> output(workspace).contains(text));
  }

  InstanceFolder folder(Workspace workspace) {
    return new InstanceFolder(data, workspace.id());
  }

  /** Ends the instances and the manager. */
  @Override
  public void close() throws IOException {
    for (Workspace workspace : known) {
      try {
        runtime.remove(workspace);
      } catch (WorkspaceFault e) {
        throw new IOException(e);
      }
    }
    await()
        .atMost(PATIENCE)
        .until(() -> known.stream().allMatch(w -> seen(w).equals(Observation.ABSENT)));
    crash();
  }
}
