// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.content.backup.ContentGrant;
import dev.atelier.workspace.content.store.BucketSigner;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import dev.atelier.workspace.content.store.StoreRequest;
import dev.atelier.workspace.content.store.StoredObject;
import dev.atelier.workspace.content.store.Versitygw;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keepers whose store is a bucket, and a manager that signs what they ask of it. */
@Timeout(120)
class SignedKeeperIT {
  private static final String BUCKET = "kept";
  private static final Path RELAY = Path.of("../config/kubernetes/images/agent/relay.c");
  private static final String OTHERS = "backups/eve/other/000000000000001-e-final.manifest";

  @TempDir Path parent;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final ContentGrant grant = new ContentGrant(AgentProcess.KEY, "one", Set.of(), Set.of());
  private Versitygw server;
  private ContentStoreSettings settings;
  private BucketSigner signer;
  private Path state;

  @BeforeEach
  void start() throws Exception {
    Optional<Path> program = Versitygw.program();
    Assumptions.assumeTrue(program.isPresent());
    boolean relay = run("gcc", "-o", parent.resolve("relay").toString(), RELAY.toString()) == 0;
    LeftOut.unless(relay, "gcc is missing", "keepers without credentials");
    server = Versitygw.start(program.get(), parent.resolve("server"), BUCKET);
    Bucket otherwise = Bucket.of(BUCKET);
    Bucket bucket =
        new Bucket(
            BUCKET,
            "content/",
            Optional.of(server.endpoint()),
            "",
            true,
            Optional.of(new Credentials(Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY)),
            true,
            5 << 20,
            2,
            2,
            otherwise.connectTimeout(),
            otherwise.timeout());
    settings = new ContentStoreSettings(parent, Optional.of(bucket));
    signer = new BucketSigner(bucket);
    state = Files.createDirectory(parent.resolve("state"));
    Files.createDirectory(parent.resolve("out"));
    Files.createDirectory(parent.resolve("home"));
    try (ContentStore store = managers();
        ContentStore.Upload upload = store.begin(OTHERS)) {
      upload.stream().write("of others".getBytes(UTF_8));
      upload.commit();
    }
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
    if (server != null) {
      server.close();
      signer.close();
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private ContentStore managers() throws IOException {
    return settings.open(InstantSource.system(), Thread::new);
  }

  private AgentProcess agent(String instance) throws IOException {
    return new AgentProcess(
        parent,
        instance,
        Instant.EPOCH,
        WorkspaceType.REGULAR,
        Optional.of(new Initializer.Empty()),
        settings.withoutCredentials());
  }

  private Process keep(AgentProcess agent) throws IOException {
    Process keeper = agent.keep(state, parent.resolve("out"), parent.resolve("report"));
    processes.add(keeper);
    return keeper;
  }

  /** A manager comes, as it does by an exec. */
  private Process sign(ContentGrant granted) throws IOException {
    Process relay =
        new ProcessBuilder(
                parent.resolve("relay").toString(), parent.resolve("home/signatures").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(relay);
    Thread answers =
        new Thread(
            () -> {
              try (BufferedReader in = relay.inputReader(UTF_8);
                  BufferedWriter out = relay.outputWriter(UTF_8)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                  asked.add(line);
                  String[] words = line.split(" ", 2);
                  out.write(words[0] + " " + answer(words[1], granted) + "\n");
                  out.flush();
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    answers.setDaemon(true);
    answers.setUncaughtExceptionHandler((thread, fault) -> {});
    answers.start();
    return relay;
  }

  private String answer(String text, ContentGrant granted) {
    try {
      return StoreRequest.text(signer.sign(StoreRequest.parse(text), granted));
    } catch (ContentStoreFault e) {
      return "refused";
    }
  }

  private void awaitFile(String name) {
    await().atMost(Duration.ofSeconds(40)).until(() -> Files.exists(state.resolve(name)));
  }

  private AgentResult ended(Process keeper) throws Exception {
    assertThat(keeper.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return AgentResult.parse(Files.readString(parent.resolve("report")));
  }

  private List<String> names(String prefix) throws IOException {
    try (ContentStore store = managers()) {
      return store.list(prefix).stream().map(StoredObject::name).toList();
    }
  }

  @Test
  void managersMayComeLateAndGoAtAnyMoment() throws Exception {
    AgentProcess agent = agent("one");
    Process keeper = keep(agent);
    Process manager = sign(grant);
    awaitFile("ready");
    byte[] work = new byte[12 << 20];
    new Random(1).nextBytes(work);
    Files.write(agent.folder().resolve("work"), work);
    manager.destroyForcibly().waitFor();
    Files.createFile(state.resolve("end"));
    // It waits for another, which is lost while parts are under way.
    int before = asked.size();
    Process second = sign(grant);
    await().until(() -> asked.stream().skip(before).anyMatch(line -> line.contains("partNumber")));
    second.destroyForcibly().waitFor();
    sign(grant);
    assertThat(ended(keeper).outcome()).isEqualTo(Outcome.DONE);
    assertThat(names("backups/owner/meta/")).hasSize(2);

    Files.delete(state.resolve("end"));
    Files.delete(state.resolve("ready"));
    AgentProcess next = agent("two");
    keep(next);
    sign(new ContentGrant(AgentProcess.KEY, "two", Set.of(), Set.of()));
    awaitFile("ready");
    assertThat(state.resolve("ready")).hasContent("again");
    assertThat(next.folder().resolve("work")).hasBinaryContent(work);
  }

  @Test
  void whatAKeepersUserFindsOpensNothingOfOthers() throws Exception {
    AgentProcess agent = agent("one");
    Process keeper = keep(agent);
    sign(grant);
    awaitFile("ready");
    for (String secret : List.of(Versitygw.SECRET_KEY, Versitygw.ACCESS_KEY)) {
      for (String file : List.of("environ", "cmdline")) {
        assertThat(Files.readString(Path.of("/proc/" + keeper.pid(), file))).doesNotContain(secret);
      }
      try (Stream<Path> files = Files.walk(parent)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (!file.startsWith(parent.resolve("server"))) {
            assertThat(new String(Files.readAllBytes(file), UTF_8)).doesNotContain(secret);
          }
        }
      }
    }
    // Whoever takes the keeper's place asks the manager like it: for others it signs nothing.
    ContentStoreSettings own = settings.withoutCredentials();
    try (ContentStore stolen =
        own.open(InstantSource.system(), Thread::new, request -> signer.sign(request, grant))) {
      assertThat(stolen.list("backups/owner/meta/")).isEmpty();
      refused(() -> stolen.read(OTHERS));
      refused(() -> stolen.list("backups/"));
      refused(() -> stolen.list("backups/eve/other/"));
      refused(() -> stolen.delete(OTHERS));
      refused(
          () -> {
            try (ContentStore.Upload upload = stolen.begin(OTHERS)) {
              upload.commit();
            }
          });
    }
    // Nor does the service answer without.
    try (ContentStore unsigned =
        own.open(InstantSource.system(), Thread::new, request -> Map.of())) {
      refused(() -> unsigned.read(OTHERS));
      refused(() -> unsigned.list("backups/"));
    }
    assertThat(names("backups/")).containsExactly(OTHERS);
  }

  private static void refused(ThrowingCallable act) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            ContentStoreFault.class,
            fault -> assertThat(fault.kind()).isEqualTo(ContentStoreFault.Kind.REFUSED));
  }
}
