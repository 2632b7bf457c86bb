// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.content.agent.KeeperFolder.Request;
import dev.atelier.workspace.content.initializer.Initialized.Origin;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Keeps the content of one instance as long as the instance lives, whoever else is there: makes it,
 * copies it when asked to, and saves it when the workspace has ended.
 *
 * <pre>
 * Keeper ORDER STATE OUT REPORT
 * </pre>
 *
 * <p>ORDER is the file of a {@link KeeperOrder}, STATE the folder by which it is talked to ({@link
 * KeeperFolder}), OUT the folder that the workspace writes to, REPORT the file that its last {@link
 * AgentResult} goes to. It may be killed at any moment, and started again.
 */
public final class Keeper {
  private static final int MISUSED = 64;
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** The socket by which its requests are signed, in its home, which no other container has. */
  private static final String SIGNATURES = "signatures";

  private final KeeperOrder order;
  private final KeeperFolder folder;
  private final Path out;
  private final Optional<Signatures> signatures;
  private final InstantSource clock;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "work");
            thread.setDaemon(true);
            return thread;
          });

  private Keeper(
      KeeperOrder order,
      KeeperFolder folder,
      Path out,
      Optional<Signatures> signatures,
      InstantSource clock) {
    this.order = order;
    this.folder = folder;
    this.out = out;
    this.signatures = signatures;
    this.clock = clock;
  }

  /** Keeps, reports, and ends the process. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length != 4) {
      System.err.println("usage: Keeper ORDER STATE OUT REPORT");
      System.exit(MISUSED);
    }
    if (!ordered(Path.of(arguments[0]), Path.of(arguments[1]))) {
      System.exit(0);
    }
    AgentResult result;
    try (Reader text = Files.newBufferedReader(Path.of(arguments[0]), StandardCharsets.UTF_8);
        KeeperFolder folder = new KeeperFolder(Path.of(arguments[1]))) {
      result = keep(KeeperOrder.parse(text), folder, Path.of(arguments[2]));
    } catch (IOException | IllegalArgumentException e) {
      result = AgentResult.of(Outcome.FAILED, "the keeper failed: " + e.getMessage());
    } catch (InterruptedException e) {
      result = AgentResult.of(Outcome.RETRY, "interrupted");
    }
    System.out.println("keeper: " + result.outcome() + " " + result.message());
    Files.writeString(Path.of(arguments[3]), result.text());
    System.exit(result.outcome().exitCode());
  }

  private static AgentResult keep(KeeperOrder order, KeeperFolder folder, Path out)
      throws IOException, InterruptedException {
    if (order.agent().store().bucket().isEmpty()) {
      return new Keeper(order, folder, out, Optional.empty(), InstantSource.system()).keep();
    }
    try (Signatures signatures = new Signatures(order.agent().home().resolve(SIGNATURES))) {
      return new Keeper(order, folder, out, Optional.of(signatures), InstantSource.system()).keep();
    }
  }

  /** Of a pod that was made before its instance the order comes later, or never. */
  private static boolean ordered(Path order, Path state) throws IOException {
    try (WatchService watch = order.getFileSystem().newWatchService()) {
      order.toAbsolutePath().getParent().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(order) && !Files.exists(state.resolve("end"))) {
        WatchKey key = watch.poll(LOOK.toMillis() * 5, TimeUnit.MILLISECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Files.exists(order);
  }

  private AgentResult keep() throws IOException, InterruptedException {
    if (!folder.isReady() && !folder.hasFailed()) {
      initialize();
      if (folder.hasFailed()) {
        // Ends at once, so that it is seen while the workspace's image is still being pulled.
        return report(folder.content().orElseThrow(), "nothing", Map.of());
      }
    }
    while (!folder.ended()) {
      Optional<Request> request = folder.request();
      if (request.isPresent()) {
        serve(request.get());
      } else {
        folder.await(Duration.ofHours(1));
      }
    }
    if (folder.hasFailed()) {
      return report(folder.content().orElseThrow(), "nothing", Map.of());
    }
    return finish();
  }

  private void initialize() throws IOException, InterruptedException {
    if (order.holds().isPresent()) {
      Map<String, String> there =
          Map.of("origin", Origin.BACKUP.label(), "note", order.holds().get());
      folder.ready(new AgentResult(Outcome.DONE, there), "again");
      return;
    }
    Duration pause = FIRST_PAUSE;
    while (!folder.ended()) {
      AgentResult made = work(List.of("initialize"), folder::ended);
      switch (made.outcome()) {
        case DONE -> {
          boolean prepared = Origin.prepared(made.values().getOrDefault("origin", ""));
          folder.ready(made, prepared ? "again" : "first");
          return;
        }
        case UNUSABLE, FAILED -> {
          folder.fail(made);
          return;
        }
        case RETRY, REFUSED -> {
          System.out.println("keeper: its content is waited for: " + made.message());
          pause = rest(pause, folder::ended);
        }
      }
    }
  }

  /** Lets some time go by; answers how long the next rest is. */
  private Duration rest(Duration pause, BooleanSupplier enough) throws InterruptedException {
    if (signatures.isPresent() && !signatures.get().await(Duration.ZERO)) {
      // The next attempt waits for a manager, and begins as soon as one is there.
      return FIRST_PAUSE;
    }
    Instant until = clock.instant().plus(pause);
    while (!enough.getAsBoolean() && clock.instant().isBefore(until)) {
      folder.await(Duration.between(clock.instant(), until).plusMillis(1));
    }
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  /** Does one piece of work, unless it is cut off. */
  private AgentResult work(List<String> command, BooleanSupplier enough)
      throws InterruptedException {
    Future<AgentResult> work = worker.submit(() -> attempt(command));
    boolean cut = false;
    while (true) {
      try {
        return work.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (!cut && enough.getAsBoolean()) {
          cut = true;
          work.cancel(true);
          return AgentResult.of(Outcome.RETRY, "it was cut off");
        }
      } catch (ExecutionException e) {
        return AgentResult.of(Outcome.FAILED, "the keeper failed: " + e.getCause());
      }
    }
  }

  private AgentResult attempt(List<String> command) throws InterruptedException {
    boolean stores = !command.get(0).equals("status");
    if (stores && signatures.isPresent() && !signatures.get().await(LONGEST_PAUSE)) {
      return AgentResult.of(
          Outcome.RETRY, "no manager is there to sign what is asked of the content store");
    }
    return ContentWork.attempt(order.agent(), command, signatures);
  }

  private Optional<AgentResult> serve(Request request) throws IOException, InterruptedException {
    // The final backup holds what a live one would.
    boolean live = request.command().get(0).equals("live-backup");
    AgentResult made = work(request.command(), live ? folder::ended : folder::aborted);
    if (live && folder.ended() && made.outcome() != Outcome.DONE) {
      return Optional.empty();
    }
    folder.answer(request, made);
    return Optional.of(made);
  }

  /** Of a workspace that has ended: a living one could change its files under git's hands. */
  private Map<String, String> repo() throws InterruptedException {
    Map<String, String> values = new TreeMap<>();
    if (order.checkout().isPresent()) {
      AgentResult status = work(List.of("status", order.checkout().get()), folder::aborted);
      if (status.outcome() == Outcome.DONE) {
        status.values().forEach((name, value) -> values.put("repo." + name, value));
      }
    }
    return values;
  }

  private AgentResult finish() throws IOException, InterruptedException {
    Instant deadline = clock.instant().plus(order.finalization());
    boolean content = folder.isReady() && !folder.aborted();
    Map<String, String> values = new TreeMap<>();
    if (content) {
      for (Optional<Request> one = folder.request(); one.isPresent(); one = folder.request()) {
        if (one.get().command().get(0).equals("snapshot") && !folder.aborted()) {
          AgentResult made = serve(one.get()).orElseThrow();
          boolean done = made.outcome() == Outcome.DONE;
          values.put(
              "capture." + one.get().name(),
              done ? "done " + made.values().get("url") : "failed " + made.message());
        } else {
          folder.answer(one.get(), AgentResult.of(Outcome.FAILED, "the workspace has ended"));
        }
      }
      values.putAll(repo());
    }
    List<String> command = content ? saving() : List.of();
    if (command.isEmpty()) {
      String save = content && order.volume() ? "volume" : "nothing";
      return report(new AgentResult(Outcome.DONE, Map.of()), save, values);
    }
    if (order.agent().type().headless()) {
      AgentResult logged = work(List.of("log", out.toString()), folder::aborted);
      System.out.println("keeper: log " + logged.outcome() + " " + logged.message());
    }
    Duration pause = FIRST_PAUSE;
    while (true) {
      AgentResult saved = work(command, folder::aborted);
      if (folder.aborted()) {
        return report(new AgentResult(Outcome.DONE, Map.of()), "nothing", values);
      }
      if (saved.outcome() == Outcome.DONE || !clock.instant().plus(pause).isBefore(deadline)) {
        return report(saved, command.get(0), values);
      }
      System.out.println("keeper: not saved yet, and tried again: " + saved.message());
      pause = rest(pause, folder::aborted);
    }
  }

  /** What saves the content; empty: nothing is to be saved. */
  private List<String> saving() throws IOException {
    WorkspaceType type = order.agent().type();
    return switch (type) {
      case REGULAR -> order.volume() ? List.of() : List.of("backup");
      case PREBUILD ->
          !folder.told() && tasksEnded() && order.snapshotId().isPresent()
              ? List.of("snapshot", order.snapshotId().get())
              : List.of();
      case IMAGEBUILD -> List.of();
    };
  }

  /** Whether the tasks came to their own end. */
  private boolean tasksEnded() {
    return ending().equals("self");
  }

  /** As the workspace's first process has noted it: told or self; empty where it could not. */
  private String ending() {
    try {
      String end = new String(KeeperFolder.bytes(out.resolve("exit")), StandardCharsets.UTF_8);
      return end.strip().endsWith(" self") ? "self" : "told";
    } catch (IOException e) {
      return "";
    }
  }

  private AgentResult report(AgentResult result, String save, Map<String, String> more)
      throws IOException {
    Map<String, String> values = new TreeMap<>(more);
    folder
        .content()
        .ifPresent(
            content ->
                content
                    .values()
                    .forEach(
                        (name, value) -> {
                          if (!name.equals("message")) {
                            values.put(name, value);
                          }
                        }));
    values.putAll(result.values());
    values.put("save", save);
    values.put("content", folder.isReady() ? "ready" : "none");
    values.put("end", ending());
    return new AgentResult(result.outcome(), values);
  }
}
