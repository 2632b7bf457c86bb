package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.backup.Saved;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.content.initializer.ContentRequest;
import dev.atelier.workspace.content.initializer.Initialized;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.domain.GitStatus;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Works on the content of one instance, where the instance is:
 *
 * <pre>
 * ContentAgent ORDER RESULT initialize
 * ContentAgent ORDER RESULT backup
 * ContentAgent ORDER RESULT live-backup NUMBER
 * ContentAgent ORDER RESULT snapshot ID
 * ContentAgent ORDER RESULT status LOCATION
 * </pre>
 *
 * <p>ORDER is the file of an {@link AgentOrder}, RESULT the one that an {@link AgentResult} goes
 * to; its outcome is the exit code too. Lines for people go to standard output. It may be ended at
 * any moment, and started again.
 */
public final class ContentAgent {
  private static final int MISUSED = 64;

  private final AgentOrder order;
  private final ContentStore store;
  private final Backups backups;
  private final InstantSource clock;
  private final AgentSandbox sandbox;

  private ContentAgent(AgentOrder order, ContentStore store, InstantSource clock) {
    this.order = order;
    this.store = store;
    this.clock = clock;
    this.sandbox = new AgentSandbox(order.folder(), order.home());
    this.backups =
        new Backups(
            store,
            new Archives(ArchiveSettings.defaults(), ContentAgent::thread),
            order.backup(),
            clock,
            ContentAgent::thread,
            new SecureRandom());
  }

  /** Does one piece of work and ends the process. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length < 3) {
      System.err.println("usage: ContentAgent ORDER RESULT initialize|backup|...");
      System.exit(MISUSED);
    }
    List<String> command = Arrays.asList(arguments).subList(2, arguments.length);
    AgentResult result = run(Path.of(arguments[0]), command);
    Files.writeString(Path.of(arguments[1]), result.text());
    System.exit(result.outcome().exitCode());
  }

  private static AgentResult run(Path file, List<String> command) {
    InstantSource clock = InstantSource.system();
    try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      AgentOrder order = AgentOrder.parse(text, System.getenv());
      try (ContentStore store = order.store().open(clock, ContentAgent::thread)) {
        return new ContentAgent(order, store, clock).run(command);
      }
    } catch (ContentStoreFault e) {
      return switch (e.kind()) {
        case UNAVAILABLE -> AgentResult.of(Outcome.RETRY, e.getMessage());
        case REFUSED -> AgentResult.of(Outcome.REFUSED, e.getMessage());
      };
    } catch (IOException | IllegalArgumentException e) {
      return AgentResult.of(Outcome.FAILED, "the order cannot be read: " + e.getMessage());
    }
  }

  private AgentResult run(List<String> command) throws IOException {
    try {
      Map<String, String> values =
          switch (String.join(" ", command.subList(0, 1)) + " " + (command.size() - 1)) {
            case "initialize 0" -> initialize();
            case "backup 0" ->
                saved(
                    backups.saveFinal(
                        sandbox, order.workspace(), order.instanceId(), order.createdAt()));
            case "live-backup 1" -> saved(live(Integer.parseInt(command.get(1))));
            case "snapshot 1" -> saved(snapshot(command.get(1)));
            case "status 1" -> status(command.get(1));
            default -> throw new IllegalArgumentException("there is no command " + command);
          };
      return new AgentResult(Outcome.DONE, values);
    } catch (BackupFault e) {
      return switch (e.kind()) {
        case RETRY -> AgentResult.of(Outcome.RETRY, e.getMessage());
        case UNUSABLE -> AgentResult.of(Outcome.UNUSABLE, e.getMessage());
        case REFUSED -> AgentResult.of(Outcome.REFUSED, e.getMessage());
      };
    } catch (ContentFault e) {
      return AgentResult.of(Outcome.FAILED, e.getMessage());
    } catch (IllegalArgumentException e) {
      return AgentResult.of(Outcome.FAILED, "not an order: " + e.getMessage());
    } catch (InterruptedException e) {
      return AgentResult.of(Outcome.RETRY, "interrupted");
    }
  }

  private ContentInitialization initialization() {
    return new ContentInitialization(order.content(), backups, clock, ContentAgent::thread);
  }

  private Map<String, String> initialize() throws ContentFault, IOException, InterruptedException {
    // What killed agents left; nobody else may look after this store.
    store.sweep();
    ContentRequest request =
        new ContentRequest(
            order.workspace(),
            order.type(),
            order
                .initializer()
                .orElseThrow(() -> new IllegalArgumentException("it has no initializer")),
            order.storageBytes());
    Initialized done = initialization().run(request, sandbox, System.out::println);
    Map<String, String> values = new TreeMap<>();
    values.put("origin", done.origin().name().toLowerCase(Locale.ROOT));
    values.put("note", done.note());
    done.metrics()
        .steps()
        .forEach(
            (kind, metric) -> {
              String name = "metric." + kind.name().toLowerCase(Locale.ROOT);
              values.put(name + ".millis", Long.toString(metric.duration().toMillis()));
              values.put(name + ".bytes", Long.toString(metric.size()));
            });
    return values;
  }

  private Saved live(int number) throws BackupFault, InterruptedException {
    return backups.saveLive(
        sandbox, order.workspace(), order.instanceId(), order.createdAt(), number);
  }

  private Saved snapshot(String id) throws BackupFault, InterruptedException {
    return backups.saveSnapshot(
        sandbox, id, order.workspace(), order.instanceId(), order.createdAt());
  }

  private static Map<String, String> saved(Saved saved) {
    Map<String, String> values = new TreeMap<>();
    values.put("url", saved.url());
    values.put("written", Boolean.toString(saved.written()));
    values.put("bytes", Long.toString(saved.bytes()));
    values.put("content-bytes", Long.toString(saved.contentBytes()));
    values.put("begun-at", saved.begunAt().toString());
    values.put("finished-at", saved.finishedAt().toString());
    put(values, "note", saved.notes().lines());
    return values;
  }

  private Map<String, String> status(String location) throws ContentFault, InterruptedException {
    GitStatus status = initialization().status(sandbox, location);
    Map<String, String> values = new TreeMap<>();
    values.put("branch", status.branch());
    values.put("commit", status.latestCommit());
    values.put("uncommitted", Long.toString(status.totalUncommittedFiles()));
    values.put("untracked", Long.toString(status.totalUntrackedFiles()));
    values.put("unpushed", Long.toString(status.totalUnpushedCommits()));
    put(values, "uncommitted", status.uncommittedFiles());
    put(values, "untracked", status.untrackedFiles());
    put(values, "unpushed", status.unpushedCommits());
    return values;
  }

  private static void put(Map<String, String> values, String name, List<String> list) {
    for (int i = 0; i < list.size(); i++) {
      values.put("%s.%03d".formatted(name, i), list.get(i));
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "content");
    thread.setDaemon(true);
    return thread;
  }
}
