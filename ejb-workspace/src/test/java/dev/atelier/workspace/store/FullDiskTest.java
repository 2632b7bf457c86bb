// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on a file system that has no room, and then has. */
class FullDiskTest {
  private static final int WRITERS = 8;
  private static final int TIMES = 4;

  @TempDir Path root;
  private Path disk;
  private final Queue<String> told = new ConcurrentLinkedQueue<>();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private final Handler log =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          told.add(
              entry.getLevel()
                  + " "
                  + MessageFormat.format(entry.getMessage(), entry.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(root.resolve("disk"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=12m", "none", disk.toString()) == 0;
    LeftOut.unless(mounted, "a file system cannot be mounted", "the store on a full disk");
    Logger.getLogger("dev.atelier.workspace.store").addHandler(log);
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    Logger.getLogger("dev.atelier.workspace.store").removeHandler(log);
    run("umount", "--lazy", disk.toString());
  }

  @Test
  void goesOnByItselfOnceThereIsRoomAgain() throws Exception {
    try (DataFolder folder = new DataFolder(disk);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      AtomicInteger returned = new AtomicInteger();
      store.onReturn(returned::incrementAndGet);
      store.create(Samples.pending("a"), Samples.secrets());
      fill();

      WorkspaceFault refused = refusedAtLast(store);

      assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
      String cause = "no space left in " + folder.root().resolve("database");
      assertThat(refused)
          .hasMessage("the store of workspaces is out of reach at the moment: " + cause);
      assertThat(store.problem()).contains(cause);
      for (int i = 0; i < 100; i++) {
        assertThat(WorkspaceStoreContract.fault(() -> store.update("a", FullDiskTest::counted)))
            .hasMessageEndingWith(cause);
      }
      assertThat(warnings()).hasSize(1).allMatch(line -> line.contains(cause));
      assertThat(disk.resolve("database/atelier.trace.db")).doesNotExist();

      empty();
      // Who is told hears it a little after it is over.
      await().atMost(10, SECONDS).until(() -> returned.get() > 0);

      assertThat(store.problem()).isEmpty();
      store.create(Samples.pending("after"), Samples.secrets());
      assertThat(store.update("a", FullDiskTest::counted)).isPresent();
      assertThat(store.secrets("after")).contains(Samples.secrets());
      assertThat(warnings()).hasSize(1);
      assertThat(returned).hasValue(1);
    }
  }

  @Test
  void fullDiskIsNoticedBeforeAnybodyIsRefused() throws Exception {
    try (DataFolder folder = new DataFolder(disk);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      fill();
      await().atMost(10, SECONDS).until(() -> store.problem().isPresent());
      empty();
      await().atMost(10, SECONDS).until(() -> store.problem().isEmpty());
    }
  }

  @Test
  void commitThatH2DropsInSilenceFails() throws Exception {
    Path file = Files.createDirectory(disk.resolve("database")).resolve("plain");
    H2Source source = new H2Source(file, 1_024);
    try (Connection first = source.getConnection();
        Connection second = source.getConnection()) {
      first.createStatement().execute("create table t (n int, text varchar)");
      first.setAutoCommit(false);
      second.setAutoCommit(false);
      first.createStatement().execute("insert into t values (1, repeat('x', 5000000))");
      second.createStatement().execute("insert into t values (2, '')");
      fill();
      assertThatThrownBy(first::commit).isInstanceOf(SQLException.class);
      empty();

      assertThatThrownBy(second::commit)
          .isInstanceOf(SQLException.class)
          .hasRootCauseMessage("No space left on device");
      assertThat(second.isValid(1)).isFalse();
    }
    try (Connection next = source.getConnection();
        ResultSet rows = next.createStatement().executeQuery("select n from t where n = 2")) {
      assertThat(rows.next()).isFalse();
    }
  }

  /** Also one of those whose commit came just when another's write had failed. */
  @Test
  void whatWasAnsweredIsThere() throws Exception {
    Map<String, Integer> answered = new ConcurrentHashMap<>();
    try (DataFolder folder = new DataFolder(disk);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      Map<String, Integer> heard = new ConcurrentHashMap<>();
      store.watch(change -> heard.put(change.id(), number(change.workspace())));
      for (int time = 0; time < TIMES; time++) {
        List<Thread> writers = new ArrayList<>();
        fillBut(1 << 19);
        for (int i = 0; i < WRITERS; i++) {
          String id = "writer-" + i;
          Thread writer = new Thread(() -> writeUntilRefused(store, id, answered));
          writer.start();
          writers.add(writer);
        }
        for (Thread writer : writers) {
          writer.join();
        }
        assertThat(refusals).hasSize(WRITERS).allMatch(text -> text.contains("no space left"));
        refusals.clear();
        empty();
        await().atMost(10, SECONDS).until(() -> store.problem().isEmpty());

        Map<String, Integer> kept = numbers(store);
        answered.forEach(
            (id, number) -> assertThat(kept.get(id)).as(id).isBetween(number, number + 1));
        assertThat(heard).containsAllEntriesOf(kept);
        answered.putAll(kept);
      }
    }
    try (DataFolder folder = new DataFolder(disk);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      assertThat(numbers(store)).containsAllEntriesOf(answered);
    }
  }

  private void writeUntilRefused(
      JpaWorkspaceStore store, String id, Map<String, Integer> answered) {
    try {
      if (store.get(id).isEmpty()) {
        store.create(Samples.pending(id), Samples.secrets());
        answered.put(id, 0);
      }
      while (true) {
        answered.put(id, number(store.update(id, FullDiskTest::counted)));
      }
    } catch (WorkspaceFault refused) {
      refusals.add(refused.getMessage());
    }
  }

  private static WorkspaceFault refusedAtLast(JpaWorkspaceStore store) {
    while (true) {
      try {
        store.update("a", FullDiskTest::counted);
      } catch (WorkspaceFault refused) {
        return refused;
      }
    }
  }

  /** Long, so that it takes a while only. */
  private static Workspace counted(Workspace workspace) {
    String next = Integer.toString(number(Optional.of(workspace)) + 1);
    return workspace.withStatus(workspace.status().withMessage(next + " " + "x".repeat(2_000)));
  }

  private static int number(Optional<Workspace> workspace) {
    String message = workspace.orElseThrow().status().message();
    return message.isEmpty() ? 0 : Integer.parseInt(message.substring(0, message.indexOf(' ')));
  }

  private static Map<String, Integer> numbers(JpaWorkspaceStore store) throws WorkspaceFault {
    Map<String, Integer> numbers = new HashMap<>();
    store.list().forEach(one -> numbers.put(one.id(), number(Optional.of(one))));
    return numbers;
  }

  private List<String> warnings() {
    return told.stream().filter(line -> line.startsWith("WARNING")).toList();
  }

  private void fill() throws IOException, InterruptedException {
    run("dd", "if=/dev/zero", "of=" + disk.resolve("fill"), "bs=4k");
    assertThat(Files.getFileStore(disk).getUsableSpace()).isZero();
  }

  private void fillBut(long rest) throws IOException, InterruptedException {
    long size = Files.getFileStore(disk).getUsableSpace() - rest;
    run("dd", "if=/dev/zero", "of=" + disk.resolve("fill"), "bs=4k", "count=" + size / 4096);
  }

  private void empty() throws IOException {
    Files.delete(disk.resolve("fill"));
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
