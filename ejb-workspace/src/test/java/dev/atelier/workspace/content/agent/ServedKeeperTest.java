// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.content.backup.ContentGrant;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.FolderRequests;
import dev.atelier.workspace.content.store.StoreRequest;
import dev.atelier.workspace.content.store.StoredObject;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keepers whose store is a folder that another process has. */
@Timeout(120)
class ServedKeeperTest {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final String OTHERS = "backups/eve/other/000000000000001-e-final.manifest";

  @TempDir Path parent;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private Path state;
  private Path socket;

  @BeforeEach
  void start() throws Exception {
    state = Files.createDirectory(parent.resolve("state"));
    socket = Files.createDirectory(parent.resolve("door")).resolve("store");
    Files.createDirectory(parent.resolve("out"));
    put(OTHERS, "of others");
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  private ContentStore managers() throws IOException {
    return ContentStoreSettings.in(parent.resolve("store"))
        .open(InstantSource.system(), Thread::new);
  }

  private void put(String name, String text) throws IOException {
    try (ContentStore store = managers();
        ContentStore.Upload upload = store.begin(name)) {
      upload.stream().write(text.getBytes(UTF_8));
      upload.commit();
    }
  }

  private List<String> names(String prefix) throws IOException {
    try (ContentStore store = managers()) {
      return store.list(prefix).stream().map(StoredObject::name).toList();
    }
  }

  private AgentProcess agent(String instance, Initializer from) throws IOException {
    return new AgentProcess(
        parent,
        instance,
        Instant.EPOCH,
        WorkspaceType.REGULAR,
        Optional.of(from),
        ContentStoreSettings.servedAt(socket));
  }

  /** As a volume has a pod's labels. */
  private Path labels(String instance) throws IOException {
    return Files.writeString(
        parent.resolve("labels"),
        """
        app.kubernetes.io/component="workspace"
        app.kubernetes.io/managed-by="atelier"
        workspace.atelier.dev/instance="%s"
        workspace.atelier.dev/meta-id="%s"
        workspace.atelier.dev/owner="%s"
        workspace.atelier.dev/type="regular"\
        """
            .formatted(instance, AgentProcess.KEY.metaId(), AgentProcess.KEY.owner()));
  }

  private Process serve(AgentProcess agent, String instance) throws IOException {
    Process server =
        agent.serve(
            parent.resolve("store"), socket, labels(instance), parent.resolve("signatures"));
    processes.add(server);
    return server;
  }

  private Process keep(AgentProcess agent) throws IOException {
    Process keeper = agent.keep(state, parent.resolve("out"), parent.resolve("report"));
    processes.add(keeper);
    return keeper;
  }

  private void awaitFile(String name) {
    await().atMost(Duration.ofSeconds(40)).until(() -> Files.exists(state.resolve(name)));
  }

  private AgentResult ended(Process keeper) throws Exception {
    assertThat(keeper.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return AgentResult.parse(Files.readString(parent.resolve("report")));
  }

  /** A manager comes, as it does by an exec. */
  private SocketChannel manage(ContentGrant granted) throws IOException {
    SocketChannel channel =
        await()
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(this::connected, SocketChannel::isOpen);
    Thread answers =
        new Thread(
            () -> {
              try (BufferedReader in =
                  new BufferedReader(
                      new InputStreamReader(Channels.newInputStream(channel), UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                  int cut = line.indexOf(' ');
                  if (cut > 0) {
                    asked.add(line.substring(cut + 1));
                    String answer = answer(line.substring(cut + 1), granted);
                    String whole = line.substring(0, cut) + " " + answer + "\n";
                    var unused = channel.write(ByteBuffer.wrap(whole.getBytes(UTF_8)));
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    answers.setDaemon(true);
    answers.setUncaughtExceptionHandler((thread, fault) -> {});
    answers.start();
    return channel;
  }

  private SocketChannel connected() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(parent.resolve("signatures")));
  }

  private static String answer(String text, ContentGrant granted) {
    try {
      return StoreRequest.text(FolderRequests.answer(StoreRequest.parse(text), granted));
    } catch (ContentStoreFault e) {
      return "refused";
    }
  }

  private static ContentGrant grant(String instance, Set<String> begins, Set<String> makes) {
    return new ContentGrant(AgentProcess.KEY, instance, begins, makes);
  }

  @Test
  void ownContentIsSavedAndRestoredWithoutAManager() throws Exception {
    AgentProcess agent = agent("one", new Initializer.Empty());
    Process server = serve(agent, "one");
    Process keeper = keep(agent);
    awaitFile("ready");
    Files.writeString(agent.folder().resolve("work"), "work");
    // What serves it is killed, and started again only after the keeper wants to save.
    server.destroyForcibly().waitFor();
    Files.createFile(state.resolve("end"));
    Process again = serve(agent, "one");
    assertThat(ended(keeper).outcome()).isEqualTo(Outcome.DONE);
    assertThat(names("backups/owner/meta/")).hasSize(2);
    again.destroyForcibly().waitFor();

    Files.delete(state.resolve("end"));
    Files.delete(state.resolve("ready"));
    AgentProcess next = agent("two", new Initializer.Empty());
    serve(next, "two");
    keep(next);
    awaitFile("ready");
    assertThat(state.resolve("ready")).hasContent("again");
    assertThat(next.folder().resolve("work")).hasContent("work");
    assertThat(asked).isEmpty();
  }

  @Test
  void aFolderThatIsAwayIsWaitedFor() throws Exception {
    Path objects = parent.resolve("store/objects");
    Files.move(objects, parent.resolve("away"));
    Files.writeString(objects, "in the way");
    AgentProcess agent = agent("one", new Initializer.Empty());
    Process server = serve(agent, "one");
    Path log = parent.resolve("agent.log");
    await().until(() -> Files.readString(log).contains("store: it is waited for: content store "));
    assertThat(server.isAlive()).isTrue();
    keep(agent);
    Files.delete(objects);
    Files.move(parent.resolve("away"), objects);
    awaitFile("ready");
  }

  @Test
  void snapshotsAreAskedAboutAndWaitForAManager() throws Exception {
    AgentProcess agent = agent("one", new Initializer.Empty());
    Process server = serve(agent, "one");
    Process keeper = keep(agent);
    awaitFile("ready");
    Files.writeString(agent.folder().resolve("work"), "work");
    // As a manager does it: a keeper that looks in between must not find half a request.
    Files.writeString(state.resolve("requests/.snap"), "snapshot " + SNAPSHOT + "\n");
    Files.move(state.resolve("requests/.snap"), state.resolve("requests/snap"));
    SocketChannel manager = manage(grant("one", Set.of(), Set.of(SNAPSHOT)));
    awaitFile("results/snap");
    assertThat(names("snapshots/")).hasSize(2);
    manager.close();
    Files.createFile(state.resolve("abort"));
    Files.createFile(state.resolve("end"));
    ended(keeper);
    server.destroyForcibly().waitFor();

    for (String name : List.of("end", "abort", "ready")) {
      Files.delete(state.resolve(name));
    }
    AgentProcess next =
        agent("two", new Initializer.Snapshot(new SnapshotUrl(SNAPSHOT).toString(), false));
    serve(next, "two");
    keep(next);
    try (SocketChannel second = manage(grant("two", Set.of(SNAPSHOT), Set.of()))) {
      awaitFile("ready");
      assertThat(second.isConnected()).isTrue();
    }
    assertThat(next.folder().resolve("work")).hasContent("work");
    assertThat(asked).allMatch(text -> text.contains(SNAPSHOT));
  }

  @Test
  void whoTakesAKeepersPlaceReadsNothingOfOthers() throws Exception {
    AgentProcess agent = agent("one", new Initializer.Empty());
    serve(agent, "one");
    try (SocketChannel manager = manage(grant("one", Set.of(), Set.of()));
        ContentStore stolen =
            ContentStoreSettings.servedAt(socket).open(InstantSource.system(), Thread::new)) {
      assertThat(stolen.list("backups/owner/meta/")).isEmpty();
      refused(() -> stolen.read(OTHERS));
      refused(() -> stolen.list("backups/"));
      refused(() -> stolen.list("backups/eve/other/"));
      refused(() -> stolen.delete(OTHERS));
      refused(() -> stolen.begin(OTHERS));
      refused(() -> stolen.begin("backups/owner/meta/000000000000001-other-final.manifest"));
      assertThat(manager.isConnected()).isTrue();
    }
    assertThat(names("backups/")).containsExactly(OTHERS);
  }

  private static void refused(ThrowingCallable act) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            ContentStoreFault.class,
            fault -> assertThat(fault.kind()).isEqualTo(ContentStoreFault.Kind.REFUSED));
  }

  @Test
  void labelsSayWhoseTheContentIs() throws Exception {
    assertThat(StoreServer.grant(labels("one"))).contains(grant("one", Set.of(), Set.of()));
    assertThat(StoreServer.grant(parent.resolve("none"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "app.kubernetes.io/component=\"warm\"",
        "workspace.atelier.dev/owner=\"a\"\nworkspace.atelier.dev/instance=\"i\"",
        "workspace.atelier.dev/owner=\"../b\"\nworkspace.atelier.dev/meta-id=\"m\"\n"
            + "workspace.atelier.dev/instance=\"i\"",
        "x=\"\\nworkspace.atelier.dev/owner=\"a\"\nworkspace.atelier.dev/meta-id=\"m\"\n"
            + "workspace.atelier.dev/instance=\"i\"",
        "workspace.atelier.dev/owner=\"\"\nworkspace.atelier.dev/meta-id=\"m\"\n"
            + "workspace.atelier.dev/instance=\"i\"",
      })
  void labelsOfNoInstanceGrantNothing(String text) throws Exception {
    Path file = Files.writeString(parent.resolve("labels"), text);
    assertThat(StoreServer.grant(file)).isEmpty();
  }
}
