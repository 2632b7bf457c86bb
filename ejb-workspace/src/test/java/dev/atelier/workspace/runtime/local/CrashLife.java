// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Action;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Step;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

/**
 * A few runs of one workspace on this machine, by a manager that is lost at any use of a file, is
 * denied files, and finds files torn; the processes of the instances are played, and are over when
 * a manager begins. Whatever happens, work that was done in the workspace is not lost.
 */
@SuppressWarnings("AnnotateFormatMethod") // whose annotation is not on the test class path
final class CrashLife {
  private static final int MOST_STARTS = 120;
  private static final int RUNS = 3;
  private static final int MOST_TASKS = 30;
  private static final String META = "meta";
  static final LocalRuntimeSettings SETTINGS =
      LocalRuntimeSettings.DEFAULT
          .withSandbox(LocalRuntimeSettings.Use.NONE)
          .withCgroups(LocalRuntimeSettings.Use.NONE)
          .withNetwork(LocalRuntimeSettings.Networks.NONE);
  private static final Lifecycle LIFECYCLE = new Lifecycle(new Timeouts(TimeoutSettings.DEFAULT));
  private static final List<String> FILES =
      List.of("content.ready", "launched", "exit", "failure", "note", "terminate", "taken-over");

  private final SplittableRandom random;
  private final Path real;
  private final FaultyFiles files = new FaultyFiles();
  private final Path data;
  private final PlayedContent content;
  private final Machine machine;
  private final MemoryWorkspaceStore store = new MemoryWorkspaceStore();
  private final StringBuilder story = new StringBuilder();

  /** Work that was done and that nobody has given up. */
  private final Set<String> required = new LinkedHashSet<>();

  /** Content of which only a newer version may read whose it is, as it was left. */
  private final Map<String, Set<String>> foreign = new LinkedHashMap<>();

  private final Set<String> played = new LinkedHashSet<>();
  private Instant now = Workspaces.CREATED;
  private SteppedTimer timer;
  private Workers workers;
  private LocalRuntime runtime;
  private boolean calm;

  CrashLife(long seed, Path folder, Machine machine) {
    this.random = new SplittableRandom(seed);
    this.real = folder;
    this.data = files.of(folder);
    this.content = new PlayedContent(folder);
    this.machine = machine;
  }

  /** What has happened so far, for people. */
  String story() {
    return story.toString();
  }

  private void tell(String what, Object... about) {
    story.append(Duration.between(Workspaces.CREATED, now)).append(' ');
    story.append(what.formatted(about)).append('\n');
  }

  private void unless(boolean holds, String invariant, Object... about) {
    if (!holds) {
      throw new AssertionError(invariant.formatted(about));
    }
  }

  /** Lives it; throws what does not hold. */
  void run() throws IOException, WorkspaceFault, InterruptedException {
    begin();
    for (int i = 0; i < RUNS; i++) {
      live("i" + i, random.nextDouble() < 0.15);
    }
    calm = true;
    content.refuse("");
    lose();
    begin();
    for (int i = 0; i < 3 && !files.lost(); i++) {
      pass(SETTINGS.unsavedInterval());
    }
    unless(!files.lost(), "a manager is lost without a cause");
    nothingIsLost();
    end();
  }

  private void live(String id, boolean abort)
      throws IOException, WorkspaceFault, InterruptedException {
    Workspace asked = Workspaces.pending(id, WorkspaceType.REGULAR);
    asked =
        asked
            .with(w -> w.createdAt(now))
            .withSpec(asked.spec().withInitializer(new Initializer.Empty()).withMetaId(META));
    store.create(
        asked, new WorkspaceSecrets("token", List.of(), Optional.of(new Initializer.Empty())));
    tell("%s is asked for", id);
    boolean aborted = false;
    for (int starts = 0; store.get(id).isPresent(); ) {
      if (files.lost()) {
        unless(++starts < MOST_STARTS, "%s never comes to its end", id);
        calm = starts > MOST_STARTS / 2;
        lose();
        between(id);
        begin();
        continue;
      }
      if (abort && !aborted && played.contains(id)) {
        aborted = true;
        stop(id);
        required.remove(id);
      }
      look(id);
      boolean over = store.get(id).map(Workspace::stopped).orElse(true);
      if (over && runtime.observe(id).equals(Observation.ABSENT)) {
        store.delete(id);
        tell("%s is over", id);
      } else {
        pass(Duration.ofSeconds(1 + random.nextInt(random.nextInt(4) == 0 ? 1_800 : 3)));
      }
    }
  }

  private void stop(String id) throws WorkspaceFault {
    tell("%s is to be aborted", id);
    Optional<Workspace> unused =
        store.update(
            id,
            w ->
                Lifecycle.stopRequested(
                    w.withControls(w.controls().withStop(Optional.of(StopPolicy.ABORT))), now));
  }

  /** What the core does. */
  private void look(String id) throws WorkspaceFault, InterruptedException {
    for (int i = 0; i < 16 && !files.lost(); i++) {
      Workspace record = store.get(id).orElseThrow();
      Observation seen = runtime.observe(id);
      Step step = LIFECYCLE.step(record, seen, now, Optional.empty());
      if (step.workspace().equals(record)) {
        for (Action action : step.actions()) {
          act(record, action);
        }
        return;
      }
      Workspace next = step.workspace();
      if (next.phase() != record.phase()) {
        tell("%s is %s: %s", id, next.phase(), next.status().conditions());
      }
      Optional<Workspace> unused =
          store.update(id, w -> LIFECYCLE.step(w, seen, now, Optional.empty()).workspace());
    }
  }

  private void act(Workspace record, Action action) throws WorkspaceFault, InterruptedException {
    try {
      if (action instanceof Action.Launch) {
        runtime.launch(record);
      } else if (action instanceof Action.Terminate terminate) {
        runtime.terminate(record.id(), terminate.grace());
      } else if (action instanceof Action.Dispose dispose) {
        runtime.dispose(record, dispose.save());
      } else if (action instanceof Action.Remove) {
        runtime.remove(record);
      }
    } catch (FaultyFiles.Lost lost) {
      tell("lost in %s", action);
    }
    settle();
  }

  private void begin() throws IOException, WorkspaceFault, InterruptedException {
    long uses = calm || random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(260);
    Optional<Path> no = calm || random.nextInt(4) > 0 ? Optional.empty() : Optional.of(any());
    content.refuse(!calm && random.nextInt(3) == 0 ? "the store is away" : "");
    tell("a manager begins, for %d uses, without %s, %s", uses, no, content.refusal());
    // No process is made: the manager is lost before it would, and its launcher is played.
    files.begin(uses, file -> no.map(file::equals).orElse(false), file -> file.endsWith("start"));
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, "crash-life");
          thread.setDaemon(true);
          thread.setUncaughtExceptionHandler((t, e) -> files.lose());
          return thread;
        };
    workers = Workers.over(threads, 1);
    timer = new SteppedTimer(() -> now);
    try {
      runtime =
          new LocalRuntime(
              data,
              SETTINGS,
              machine,
              store,
              name ->
                  new WorkspaceClass(
                      name,
                      name,
                      name,
                      0,
                      new WorkspaceClass.Resources(500, 0, 1 << 20, 1 << 20, 200, 0),
                      Duration.ZERO),
              content,
              name -> CompletableFuture.completedFuture(Optional.empty()),
              workers,
              timer,
              SteppedTimer::idle,
              () -> now,
              "host");
      runtime.start(store.list());
    } catch (FaultyFiles.Lost lost) {
      tell("lost in its start");
    } catch (IOException | WorkspaceFault denied) {
      tell("it cannot start: %s", denied.getMessage());
      files.lose();
    }
    settle();
  }

  private Path any() {
    String id = "i" + random.nextInt(RUNS);
    return random.nextInt(8) == 0
        ? real.resolve("unsaved").resolve(id)
        : real.resolve("instances").resolve(id).resolve(FILES.get(random.nextInt(FILES.size())));
  }

  /** SIGKILL, or the power fails. */
  private void lose() throws IOException {
    files.lose();
    if (runtime != null) {
      try {
        runtime.close();
      } catch (FaultyFiles.Lost unused) {
        tell("the manager was lost");
      }
    }
    workers.close();
    runtime = null;
    if (!calm && random.nextInt(3) == 0) {
      List<Path> torn = files.tear(length -> random.nextInt(length + 1));
      tell("the power fails: %s", torn.stream().map(real::relativize).toList());
    }
  }

  /** What launchers, processes and other versions do while no manager is there. */
  private void between(String id) throws IOException {
    InstanceFolder folder = new InstanceFolder(real, id);
    boolean ready = Files.exists(folder.root().resolve("content.ready"));
    boolean launched = Files.exists(folder.launched());
    if (ready && !launched && random.nextInt(4) > 0) {
      play(folder);
    }
    Path note = real.resolve("unsaved");
    if (!calm && Files.isDirectory(note) && random.nextInt(10) == 0) {
      try (Stream<Path> notes = Files.list(note)) {
        for (Path one : notes.filter(file -> !file.toString().endsWith(".new")).toList()) {
          takeOverByNewer(one);
        }
      }
    }
  }

  private void takeOverByNewer(Path note) throws IOException {
    String id = note.getFileName().toString();
    String text = Files.readString(note);
    if (text.contains("format=1") && !Files.exists(new InstanceFolder(real, id).root())) {
      tell("only a newer version knows whose the content of %s is", id);
      Files.writeString(note, text.replace("format=1", "format=2"));
      Set<String> tokens = content.tokens(new InstanceFolder(real, id).content());
      foreign.put(id, tokens);
      required.removeAll(tokens);
    }
  }

  /** The launcher and the instance: it finds what was there, does its work, and ends. */
  private void play(InstanceFolder folder) throws IOException {
    String id = folder.id();
    Set<String> found = content.tokens(folder.content());
    unless(
        found.containsAll(required),
        "%s begins with the work of %s, and that of %s was done",
        id,
        found,
        required);
    content.work(folder.content(), id);
    required.add(id);
    played.add(id);
    String self = "4194300 (sh) S 1" + " 0".repeat(40);
    if (random.nextInt(6) == 0) {
      // The power failed before the disk had more of it than its work.
      tell("%s has worked, and nothing tells of its launcher", id);
      return;
    }
    Files.writeString(folder.launched(), "another-boot\n" + self + "\n");
    boolean ends = random.nextInt(4) > 0;
    if (ends) {
      Files.writeString(folder.exitFile(), "code=3\nsignal=\nat=" + now.getEpochSecond() + ".5\n");
      Files.writeString(folder.endMark(), "");
    }
    tell("%s has worked, and its end is told: %s", id, ends);
  }

  /** Lets time pass, and what was to be done meanwhile. */
  private void pass(Duration duration) throws InterruptedException {
    Instant until = now.plus(duration);
    Optional<Instant> due = timer.due(until);
    // What polls does so less often than it would.
    for (int i = 0; due.isPresent() && !files.lost() && i < MOST_TASKS; i++) {
      now = due.get().isAfter(now) ? due.get() : now;
      timer.runDue();
      settle();
      due = timer.due(until);
    }
    now = until;
  }

  /** Until the one worker has nothing to do; what it did may have made more. */
  private void settle() throws InterruptedException {
    for (int i = 0; i < 12; i++) {
      CountDownLatch reached = new CountDownLatch(1);
      workers.execute(reached::countDown);
      reached.await();
    }
  }

  private void nothingIsLost() throws IOException, WorkspaceFault {
    Set<String> left = new LinkedHashSet<>(content.saved());
    Set<String> known = new LinkedHashSet<>(foreign.keySet());
    for (UnsavedContent one : runtime.unsaved()) {
      known.add(one.id());
      left.addAll(content.tokens(new InstanceFolder(real, one.id()).content()));
    }
    unless(left.containsAll(required), "left is the work of %s, and not %s", left, required);
    foreign.forEach(
        (id, tokens) ->
            unless(
                content.tokens(new InstanceFolder(real, id).content()).equals(tokens),
                "what only a newer version may touch has changed: %s",
                id));
    for (String folder : List.of("workspaces", "instances", "ended")) {
      List<String> names = new ArrayList<>();
      try (Stream<Path> entries = Files.list(real.resolve(folder))) {
        entries.map(entry -> entry.getFileName().toString()).forEach(names::add);
      }
      names.removeIf(name -> folder.equals("workspaces") && known.contains(name));
      unless(names.isEmpty(), "of nobody is what is left in %s: %s", folder, names);
    }
  }

  private void end() throws IOException {
    runtime.close();
    workers.close();
  }
}
