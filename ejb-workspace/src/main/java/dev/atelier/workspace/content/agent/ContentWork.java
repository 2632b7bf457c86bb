// SPDX-License-Identifier: Apache-2.0
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
import dev.atelier.workspace.content.initializer.Room;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.RequestSigner;
import dev.atelier.workspace.domain.GitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Does pieces of work on the content of one instance, each with a result. */
final class ContentWork {
  private final AgentOrder order;
  private final ContentStore store;
  private final Backups backups;
  private final InstantSource clock;
  private final AgentSandbox sandbox;

  private ContentWork(AgentOrder order, ContentStore store, InstantSource clock) {
    this.order = order;
    this.store = store;
    this.clock = clock;
    this.sandbox = new AgentSandbox(order.folder(), order.home());
    this.backups =
        new Backups(
            store,
            new Archives(ArchiveSettings.defaults(), ContentWork::thread),
            order.backup(),
            clock,
            ContentWork::thread,
            new SecureRandom());
  }

  /**
   * Does one piece of work in the thread of the caller, which may be interrupted.
   *
   * @param command as the documentation of {@link ContentAgent} has it
   * @param signer of the requests to a bucket; empty: its credentials are here
   */
  static AgentResult attempt(
      AgentOrder order, List<String> command, Optional<? extends RequestSigner> signer) {
    InstantSource clock = InstantSource.system();
    try (ContentStore store =
        signer.isPresent()
            ? order.store().open(clock, ContentWork::thread, signer.get())
            : order.store().open(clock, ContentWork::thread)) {
      return new ContentWork(order, store, clock).run(command);
    } catch (ContentStoreFault e) {
      return switch (e.kind()) {
        case UNAVAILABLE -> AgentResult.of(Outcome.RETRY, e.getMessage());
        case REFUSED -> AgentResult.of(Outcome.REFUSED, e.getMessage());
      };
    } catch (IOException e) {
      return AgentResult.of(Outcome.RETRY, "the store cannot be opened: " + e.getMessage());
    } catch (IllegalArgumentException e) {
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
            case "log 1" -> log(Path.of(command.get(1)));
            default -> throw new IllegalArgumentException("there is no command " + command);
          };
      return new AgentResult(Outcome.DONE, values);
    } catch (BackupFault e) {
      return switch (e.kind()) {
        case RETRY -> AgentResult.of(Outcome.RETRY, e.getMessage());
        case UNUSABLE, TOO_LARGE -> AgentResult.of(Outcome.UNUSABLE, e.getMessage());
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
    return new ContentInitialization(order.content(), backups, clock, ContentWork::thread);
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
            new Room(order.workspaceClass(), order.storageBytes(), order.grows()));
    Initialized done;
    try (ContentInitialization content = initialization()) {
      done = content.run(request, sandbox, System.out::println);
    }
    Map<String, String> values = new TreeMap<>();
    values.put("origin", done.origin().label());
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
    GitStatus status;
    try (ContentInitialization content = initialization()) {
      status = content.status(sandbox, location);
    }
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

  /** Keeps what tasks have written below a folder, which others could write to. */
  private Map<String, String> log(Path folder)
      throws BackupFault, IOException, InterruptedException {
    List<InputStream> logs = new ArrayList<>();
    try {
      for (Path file : TaskLogs.in(folder)) {
        logs.add(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS));
      }
      if (!logs.isEmpty()) {
        backups.saveLog(
            order.workspace(),
            order.instanceId(),
            new SequenceInputStream(Collections.enumeration(logs)));
      }
    } finally {
      for (InputStream log : logs) {
        log.close();
      }
    }
    return Map.of();
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
