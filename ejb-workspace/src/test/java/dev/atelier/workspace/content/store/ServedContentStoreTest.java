// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.backup.ContentGrant;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder behind a socket, which does all that the folder does, where it is granted. */
@Timeout(120)
class ServedContentStoreTest implements ContentStoreContract {
  private static final WorkspaceKey MINE = new WorkspaceKey("owner", "meta");
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final String YOURS = "backups/eve/other/000000000000001-e-final.manifest";

  @TempDir Path folder;
  private final List<ObjectServer> servers = new ArrayList<>();
  private final List<StoreRequest> asked = new CopyOnWriteArrayList<>();
  private ContentStore store;
  private Process writer;

  @BeforeEach
  void open() throws IOException {
    store = served("all", (act, name) -> true, (act, name) -> false);
  }

  @AfterEach
  void close() throws IOException {
    for (ObjectServer server : servers) {
      server.close();
    }
  }

  /** Of one to whom this is granted, some of it for good and some by a manager that is asked. */
  private ContentStore served(String socket, Grant own, Grant asking) throws IOException {
    ObjectServer server =
        new ObjectServer(
            storeIn(Duration.ZERO),
            folder.resolve(socket),
            own,
            request -> {
              asked.add(request);
              return FolderRequests.answer(StoreRequest.parse(request.text()), asking);
            },
            Duration.ofMillis(500),
            Duration.ofSeconds(20));
    serve(server);
    return new ServedContentStore(folder.resolve(socket));
  }

  private void serve(ObjectServer server) {
    servers.add(server);
    Thread thread =
        new Thread(
            () -> {
              try {
                server.serve();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public ContentStore store() {
    return store;
  }

  /** That of those who have the folder. */
  @Override
  public ContentStore storeIn(Duration future) throws IOException {
    return new FolderContentStore(folder.resolve("store"), ContentStoreContract.clockIn(future));
  }

  /** What is given up goes once the server has heard so. */
  @Override
  public long leftovers() throws IOException {
    if (writer == null || !writer.isAlive()) {
      await().until(() -> servers.get(0).connections() == 0);
    }
    try (Stream<Path> files = Files.list(folder.resolve("store/unfinished"))) {
      return files.count();
    }
  }

  @Override
  public Process writer() throws IOException {
    writer = OpenUpload.start(Map.of(), folder.resolve("all").toString());
    return writer;
  }

  @Override
  public Duration abandoned() {
    return Duration.ofMinutes(2);
  }

  /** Whether a store works is found out by those who have its folder. */
  @Test
  @Override
  public void aStoreThatWorksIsFoundToDoSo() {
    refused(store::check);
  }

  private static void refused(ThrowingCallable act) {
    fault(act, Kind.REFUSED);
  }

  private static void fault(ThrowingCallable act, Kind kind) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            ContentStoreFault.class, fault -> assertThat(fault.kind()).isEqualTo(kind));
  }

  /** What whoever has taken over a keeper can do. */
  @Test
  void aKeepersUserReadsNoBackupOfAnotherWorkspace() throws Exception {
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      ContentStoreContract.put(whole, YOURS, "of others".getBytes(UTF_8));
      ContentStoreContract.put(whole, "snapshots/" + SNAPSHOT + ".manifest", new byte[1]);
    }
    ContentGrant own = new ContentGrant(MINE, "one", Set.of(), Set.of());
    ContentStore mine = served("mine", own, own);
    String name = "backups/owner/meta/000000000000001-one-final.manifest";
    ContentStoreContract.put(mine, name, new byte[] {1});
    assertThat(ContentStoreContract.get(mine, name)).containsExactly(1);
    assertThat(ContentStoreContract.names(mine, "backups/owner/meta/")).containsExactly(name);
    assertThat(asked).as("what a manager was asked about").isEmpty();

    refused(() -> mine.read(YOURS));
    refused(() -> mine.read("snapshots/" + SNAPSHOT + ".manifest"));
    refused(() -> mine.list(""));
    refused(() -> mine.list("backups/"));
    refused(() -> mine.list("backups/eve/other/"));
    refused(() -> mine.delete(YOURS));
    refused(() -> ContentStoreContract.put(mine, YOURS, new byte[1]));
    for (String words :
        List.of(
            "read backups/owner/meta/../../eve/other/000000000000001-e-final.manifest",
            "read /" + folder.resolve("store/objects").resolve(YOURS),
            "read backups/owner/meta//../../../objects/" + YOURS,
            "list backups/owner/meta/../",
            "list backups/owner/meta/*",
            "READ " + YOURS,
            "read",
            "",
            " " + YOURS,
            "read  " + YOURS,
            "copy " + name,
            "read " + YOURS + "\0" + name,
            "read " + YOURS + "\n" + name)) {
      assertThat(said("mine", words)).as(words).startsWith("refused ");
    }
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      assertThat(ContentStoreContract.get(whole, YOURS)).asString(UTF_8).isEqualTo("of others");
    }
  }

  private String said(String socket, String words) throws IOException {
    try (SocketChannel channel = connected(socket)) {
      ObjectConnection line = new ObjectConnection(channel);
      line.say(words);
      return line.hear();
    }
  }

  private SocketChannel connected(String socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(folder.resolve(socket)));
    return channel;
  }

  @Test
  void whatIsNotGrantedForGoodIsAskedAboutEachTime() throws Exception {
    String name = "snapshots/" + SNAPSHOT + ".manifest";
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      ContentStoreContract.put(whole, name, new byte[] {7});
    }
    ContentGrant own = new ContentGrant(MINE, "one", Set.of(), Set.of());
    List<String> begins = new CopyOnWriteArrayList<>(List.of(SNAPSHOT));
    ContentStore mine =
        served(
            "mine",
            own,
            (act, asking) ->
                new ContentGrant(MINE, "one", Set.copyOf(begins), Set.of()).covers(act, asking));
    assertThat(ContentStoreContract.get(mine, name)).containsExactly(7);
    refused(() -> mine.delete(name));
    begins.clear();
    refused(() -> mine.read(name));
    assertThat(asked).extracting(StoreRequest::method).containsExactly("READ", "DELETE", "READ");
    assertThat(asked).extracting(StoreRequest::path).containsOnly(name);
  }

  /** An answer that says nothing, or something else, grants nothing. */
  @Test
  void onlyWhatSaysSoIsAGrant() {
    assertThat(FolderRequests.granted(Map.of())).isFalse();
    assertThat(FolderRequests.granted(Map.of("authorization", "AWS4"))).isFalse();
    StoreRequest plain = FolderRequests.of(Grant.Act.READ, "a");
    refused(() -> FolderRequests.answer(plain, (act, name) -> false));
    refused(
        () ->
            FolderRequests.answer(
                new StoreRequest("READ", "a", Map.of("x", "y"), Map.of()), (act, name) -> true));
    refused(
        () ->
            FolderRequests.answer(
                new StoreRequest("READ", "../a", Map.of(), Map.of()), (act, name) -> true));
    assertThatThrownBy(
            () ->
                FolderRequests.answer(
                    new StoreRequest("GET", "a", Map.of(), Map.of()), (act, name) -> true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whereNoManagerIsThereItMayComeLater() throws Exception {
    ObjectServer server =
        new ObjectServer(
            storeIn(Duration.ZERO),
            folder.resolve("alone"),
            (act, name) -> false,
            request -> {
              throw new ContentStoreFault(Kind.UNAVAILABLE, "no manager is there", null);
            });
    serve(server);
    ContentStore mine = new ServedContentStore(folder.resolve("alone"));
    fault(() -> mine.read("a"), Kind.UNAVAILABLE);
    assertThatThrownBy(() -> mine.list("")).hasMessage("no manager is there");
  }

  @Test
  void aServerThatIsGoneIsAFaultThatMayPass() throws Exception {
    ContentStore.Upload upload = store.begin("a");
    InputStream none;
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      ContentStoreContract.put(whole, "large", new byte[20_000_000]);
    }
    none = store.read("large");
    servers.get(0).close();
    fault(() -> upload.stream().write(new byte[1 << 20]), Kind.UNAVAILABLE);
    upload.close();
    fault(none::readAllBytes, Kind.UNAVAILABLE);
    none.close();
    fault(
        () -> new ServedContentStore(folder.resolve("none"), Duration.ZERO).read("a"),
        Kind.UNAVAILABLE);
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      assertThat(ContentStoreContract.names(whole, "")).containsExactly("large");
    }
  }

  @Test
  void whatTheFolderCannotDoIsToldInItsWords() throws Exception {
    Path objects = folder.resolve("store/objects");
    Files.delete(objects);
    Files.writeString(objects, "in the way");
    assertThatThrownBy(() -> ContentStoreContract.put(store, "a/b", new byte[3 << 20]))
        .isInstanceOf(ContentStoreFault.class)
        .hasMessageContaining("content store " + folder.resolve("store") + " cannot be written");
    assertThatThrownBy(() -> store.list(""))
        .isInstanceOf(ContentStoreFault.class)
        .hasMessageContaining("cannot be listed");
  }

  /** Garbage of every length, as a header and in the place of chunks. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100, 65_535, 1 << 20})
  void garbageEndsItsConnectionAlone(int length) throws Exception {
    try (SocketChannel channel = connected("all");
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel))) {
      byte[] garbage = new byte[length];
      Arrays.fill(garbage, (byte) 0xfe);
      try {
        out.write(garbage);
      } catch (IOException e) {
        assertThat(length).isGreaterThan(2);
      }
      assertEnds(channel);
    }
    for (int chunk : List.of(Integer.MIN_VALUE, -2, ObjectConnection.CHUNK + 1, 1 << 30)) {
      try (SocketChannel channel = connected("all");
          DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel))) {
        ObjectConnection line = new ObjectConnection(channel);
        line.say("write torn");
        assertThat(line.hear()).isEqualTo(ObjectConnection.DONE);
        out.writeInt(chunk);
        assertEnds(channel);
      }
    }
    ContentStoreContract.put(store, "whole", new byte[1]);
    assertThat(ContentStoreContract.names(store, "")).containsExactly("whole");
    assertThat(leftovers()).isZero();
  }

  private static void assertEnds(SocketChannel channel) {
    try (DataInputStream in = new DataInputStream(Channels.newInputStream(channel))) {
      assertThat(in.read()).isEqualTo(-1);
    } catch (IOException e) {
      // Reset, since not all that was sent was read.
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void whoSaysNothingIsNotWaitedForAndNobodyHasAllConnections() throws Exception {
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 64; i++) {
        silent.add(connected("all"));
      }
      assertThat(servers.get(0).connections()).isLessThanOrEqualTo(16);
      for (SocketChannel channel : silent.subList(0, 16)) {
        assertEnds(channel);
      }
      await().until(() -> servers.get(0).connections() == 0);
      ContentStoreContract.put(store, "a", new byte[1]);
    } finally {
      for (SocketChannel channel : silent) {
        channel.close();
      }
    }
  }
}
