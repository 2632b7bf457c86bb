// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.content.initializer.GitServer;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Real pods on a real kubelet, with the real keeper. */
@Tag("isolated")
@EnabledIf("there")
@Timeout(240)
class PodNodeIT {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final Initializer EMPTY = new Initializer.Empty();

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  private PodCluster cluster;

  static boolean there() {
    return PodCluster.there();
  }

  @BeforeEach
  void start() throws Exception {
    cluster = new PodCluster(folder);
    cluster.start();
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private static void git(Path folder, String... words) throws Exception {
    String[] command = new String[words.length + 1];
    command[0] = "git";
    System.arraycopy(words, 0, command, 1, words.length);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).inheritIO();
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_AUTHOR_NAME",
                "a",
                "GIT_AUTHOR_EMAIL",
                "a@example.com",
                "GIT_COMMITTER_NAME",
                "a",
                "GIT_COMMITTER_EMAIL",
                "a@example.com"));
    assertThat(builder.start().waitFor()).isZero();
  }

  private Path repository() throws Exception {
    Path work = Files.createDirectories(folder.resolve("repos/one"));
    git(work, "init", "-q", "-b", "main");
    Files.writeString(work.resolve("README"), "hello\n");
    git(work, "add", ".");
    git(work, "commit", "-q", "-m", "one");
    return work;
  }

  /** The repository, with the credentials that it wants. */
  private static Initializer cloneOf(GitServer server) {
    return new Initializer.Git(
        server.url("one/.git"),
        "",
        CloneTargetMode.REMOTE_HEAD,
        "",
        "",
        Map.of(),
        new GitAuthentication(GitAuthentication.Method.BASIC, "user", "secret", ""),
        false);
  }

  @Test
  void everyByteIsThereAfterAStop() throws Exception {
    repository();
    try (GitServer server = new GitServer(folder.resolve("repos"), cluster.address())) {
      server.logins.put("/one", "user:secret");
      Initializer git = cloneOf(server);
      Workspace first = cluster.workspace("first", WorkspaceType.REGULAR, git);
      cluster.begin(first, git, EnvironmentVariable.of("GREETING", "it's $me"));
      Workspace running = cluster.awaitPhase("first", Phase.RUNNING);
      assertThat(running.status().runtime().podName()).isEqualTo("ws-first");
      assertThat(cluster.shell("ws-first", "cat /workspace/README")).isEqualTo("hello\n");
      assertThat(cluster.shell("ws-first", ". /.atelier/start/environment; echo $GREETING"))
          .isEqualTo("it's $me\n");
      await()
          .until(
              () ->
                  cluster
                      .store
                      .get("first")
                      .orElseThrow()
                      .status()
                      .initializerMetrics()
                      .steps()
                      .containsKey(Kind.GIT));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  !new String(
                          Base64.getDecoder()
                              .decode(
                                  cluster
                                      .client
                                      .secrets()
                                      .inNamespace("default")
                                      .withName("ws-first")
                                      .get()
                                      .getData()
                                      .get("order")),
                          StandardCharsets.UTF_8)
                      .contains("secret"));
      String sum =
          cluster.shell(
              "ws-first",
              "cd /workspace; dd if=/dev/urandom of=big bs=1M count=5 2>/dev/null; chmod 600 big;"
                  + " ln -s big link; mkdir d; echo x > d/y; sha256sum big");
      cluster.backup("first");
      assertThat(cluster.awaitCopies("first").status().progress().captures().lastBackup())
          .isPresent();
      cluster.shell("ws-first", "echo later > /workspace/later");
      cluster.stop("first", StopPolicy.NORMALLY);
      Workspace stopped = cluster.awaitPhase("first", Phase.STOPPED);
      assertThat(stopped.status().conditions().failed()).isEmpty();
      assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
      assertThat(stopped.status().repo().orElseThrow().untrackedFiles())
          .contains("big", "d/y", "later", "link");
      cluster.awaitNoPod("ws-first");

      Workspace second = cluster.again(first, "second");
      cluster.begin(second, git);
      cluster.awaitPhase("second", Phase.RUNNING);
      assertThat(cluster.shell("ws-second", "cd /workspace; sha256sum big")).isEqualTo(sum);
      assertThat(
              cluster.shell(
                  "ws-second", "cd /workspace; cat later d/y; readlink link; stat -c %a big"))
          .isEqualTo("later\nx\nbig\n600\n");
      cluster.stop("second", StopPolicy.ABORT);
      Workspace aborted = cluster.awaitPhase("second", Phase.STOPPED);
      assertThat(aborted.status().conditions().finalBackupComplete()).isFalse();
      cluster.awaitNoPod("ws-second");
    }
  }

  @Test
  void whoWillNotEndIsKilled() throws Exception {
    command("trap '' TERM; echo up; while :; do sleep 1; done");
    cluster.begin(cluster.workspace("stubborn", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("stubborn", Phase.RUNNING);
    long began = System.nanoTime();
    cluster.stop("stubborn", StopPolicy.IMMEDIATELY);
    Workspace stopped = cluster.awaitPhase("stubborn", Phase.STOPPED);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
  }

  @Test
  void itsProcessEndingIsAFailureWithItsLastWordsAndIsSaved() throws Exception {
    command("echo work > kept; sleep 3; echo dying; exit 3");
    cluster.begin(cluster.workspace("dying", WorkspaceType.REGULAR, EMPTY), EMPTY);
    Workspace stopped = cluster.awaitPhase("dying", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed())
        .isEqualTo("main process exited with code 3: dying");
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
  }

  @Test
  void theManagerIsNotNeededForTheEnd() throws Exception {
    cluster.begin(cluster.workspace("alone", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("alone", Phase.RUNNING);
    cluster.shell("ws-alone", "echo work > /workspace/kept");
    cluster.lose();
    cluster.client.pods().inNamespace("default").withName("ws-alone").delete();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                cluster.pod("ws-alone").orElseThrow().getStatus().getPhase().equals("Succeeded")
                    || cluster
                        .pod("ws-alone")
                        .orElseThrow()
                        .getStatus()
                        .getPhase()
                        .equals("Failed"));
    cluster.start();
    Workspace stopped = cluster.awaitPhase("alone", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).contains("removed by somebody else");
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
    cluster.awaitNoPod("ws-alone");
  }

  @Test
  void snapshotsStartOthersAndPrebuildsLeaveOne() throws Exception {
    cluster.begin(cluster.workspace("source", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("source", Phase.RUNNING);
    cluster.shell("ws-source", "echo work > /workspace/kept");
    cluster.snapshot("source", SNAPSHOT);
    cluster.awaitCopies("source");
    Initializer from = new Initializer.Snapshot(new SnapshotUrl(SNAPSHOT).toString(), false);
    Workspace prebuild = cluster.workspace("pre", WorkspaceType.PREBUILD, from);
    cluster.begin(
        prebuild,
        from,
        EnvironmentVariable.of(
            "GITPOD_TASKS", "[{\"name\":\"t\",\"init\":\"cat kept > built; echo said\"}]"));
    Workspace stopped = cluster.awaitPhase("pre", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
    assertThat(stopped.status().conditions().headlessTaskFailed()).isEmpty();
    assertThat(SnapshotUrl.parse(stopped.status().conditions().snapshot())).isPresent();
    cluster.stop("source", StopPolicy.ABORT);
    cluster.awaitPhase("source", Phase.STOPPED);
  }

  @Test
  void contentThatCannotBeMadeFailsWithGitsWords() throws Exception {
    Files.createDirectories(folder.resolve("repos"));
    try (GitServer server = new GitServer(folder.resolve("repos"), cluster.address())) {
      Initializer git =
          new Initializer.Git(
              server.url("none/.git"),
              "",
              CloneTargetMode.REMOTE_HEAD,
              "",
              "",
              Map.of(),
              GitAuthentication.NONE,
              false);
      cluster.begin(cluster.workspace("nogit", WorkspaceType.REGULAR, git), git);
      Workspace stopped = cluster.awaitPhase("nogit", Phase.STOPPED);
      assertThat(stopped.status().conditions().failed())
          .startsWith("Content initialization failed: ")
          .contains("not found");
      assertThat(stopped.status().conditions().finalBackupComplete()).isFalse();
      cluster.awaitNoPod("ws-nogit");
    }
  }

  @Test
  void anImageThatIsNoneFailsAtOnce() throws Exception {
    Workspace bad = cluster.workspace("badimage", WorkspaceType.REGULAR, EMPTY);
    cluster.begin(bad.withSpec(bad.spec().withWorkspaceImage("Not An Image!")), EMPTY);
    Workspace stopped = cluster.awaitPhase("badimage", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).contains("image");
  }

  @Test
  void anImageThatIsNotThereIsTriedForTwoMinutes() throws Exception {
    Workspace bad = cluster.workspace("noimage", WorkspaceType.REGULAR, EMPTY);
    cluster.begin(bad.withSpec(bad.spec().withWorkspaceImage("localhost/none:1")), EMPTY);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> cluster.store.get("noimage").orElseThrow().status().conditions().pullingImages());
    await()
        .atMost(Duration.ofSeconds(150))
        .until(() -> cluster.store.get("noimage").orElseThrow().phase() == Phase.STOPPED);
    assertThat(cluster.store.get("noimage").orElseThrow().status().conditions().failed())
        .startsWith("image cannot be pulled: ")
        .contains("localhost/none:1");
    cluster.awaitNoPod("ws-noimage");
  }

  @Test
  void whatOthersRemoveIsSavedFirst() throws Exception {
    cluster.begin(cluster.workspace("removed", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.begin(cluster.workspace("evicted", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("removed", Phase.RUNNING);
    cluster.awaitPhase("evicted", Phase.RUNNING);
    cluster.client.pods().inNamespace("default").withName("ws-removed").delete();
    assertThat(cluster.client.pods().inNamespace("default").withName("ws-evicted").evict())
        .isTrue();
    Workspace removed = cluster.awaitPhase("removed", Phase.STOPPED);
    assertThat(removed.status().conditions().failed()).startsWith("removed by somebody else");
    assertThat(removed.status().conditions().finalBackupComplete()).isTrue();
    Workspace evicted = cluster.awaitPhase("evicted", Phase.STOPPED);
    assertThat(evicted.status().conditions().failed()).startsWith("evicted: ");
    assertThat(evicted.status().conditions().finalBackupComplete()).isTrue();
  }

  @Test
  void whatIsFullerThanItsClassAllowsIsStartedAgain() throws Exception {
    Workspace first = cluster.workspace("first", WorkspaceType.REGULAR, EMPTY);
    cluster.begin(first, EMPTY);
    cluster.awaitPhase("first", Phase.RUNNING);
    String sum =
        cluster.shell(
            "ws-first",
            "cd /workspace; dd if=/dev/urandom of=big bs=1M count=40 2>/dev/null; sha256sum big");
    cluster.stop("first", StopPolicy.NORMALLY);
    cluster.awaitPhase("first", Phase.STOPPED);
    cluster.awaitNoPod("ws-first");

    cluster.withStorage(20L << 20);
    Workspace second = cluster.again(first, "second");
    cluster.begin(second, EMPTY);
    cluster.awaitPhase("second", Phase.RUNNING);
    assertThat(cluster.shell("ws-second", "cd /workspace; sha256sum big")).isEqualTo(sum);
    await()
        .until(
            () ->
                cluster
                    .store
                    .get("second")
                    .orElseThrow()
                    .status()
                    .message()
                    .contains("more than the 0.02 GB that class"));
    cluster.stop("second", StopPolicy.NORMALLY);
    Workspace stopped = cluster.awaitPhase("second", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
  }

  private void command(String command) {
    cluster.with(
        c ->
            new PodClass(
                Optional.of(command),
                c.readiness(),
                c.nodeSelector(),
                c.tolerations(),
                c.template(),
                c.persistent(),
                c.storageClass(),
                c.snapshotClass(),
                c.warm()));
  }

  @Test
  void whoNeedsMoreMemoryThanItsClassHasIsToldSo() throws Exception {
    command("sleep 2; exec tail /dev/zero");
    cluster.begin(cluster.workspace("hungry", WorkspaceType.REGULAR, EMPTY), EMPTY);
    Workspace stopped = cluster.awaitPhase("hungry", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).startsWith("out of memory");
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
  }

  @Test
  void tasksThatFailLeaveASnapshotToo() throws Exception {
    cluster.begin(
        cluster.workspace("badtask", WorkspaceType.PREBUILD, EMPTY),
        EMPTY,
        EnvironmentVariable.of("GITPOD_TASKS", "[{\"name\":\"t\",\"init\":\"exit 4\"}]"));
    Workspace stopped = cluster.awaitPhase("badtask", Phase.STOPPED);
    assertThat(stopped.status().conditions().headlessTaskFailed())
        .startsWith("tasks exited with code 4");
    assertThat(stopped.status().conditions().snapshot()).isNotEmpty();
  }

  @Test
  void aKeeperThatIsKilledGoesOn() throws Exception {
    cluster.begin(cluster.workspace("kept", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("kept", Phase.RUNNING);
    cluster.shell("ws-kept", "echo work > /workspace/kept");
    cluster.shell(
        "ws-kept",
        PodNames.KEEPER,
        "for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in java) kill -9 ${p#/proc/};;"
            + " esac; done");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                cluster.pod("ws-kept").orElseThrow().getStatus().getInitContainerStatuses().stream()
                    .anyMatch(
                        one -> one.getRestartCount() > 0 && one.getState().getRunning() != null));
    cluster.stop("kept", StopPolicy.NORMALLY);
    Workspace stopped = cluster.awaitPhase("kept", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
  }

  @Test
  void aStoreThatIsAwayIsWaitedFor() throws Exception {
    cluster.begin(cluster.workspace("patient", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("patient", Phase.RUNNING);
    Path objects = cluster.content.resolve("objects");
    Files.move(objects, objects.resolveSibling("away"));
    Files.writeString(objects, "in the way");
    cluster.stop("patient", StopPolicy.NORMALLY);
    cluster.awaitPhase("patient", Phase.STOPPING);
    Thread.sleep(5_000);
    assertThat(cluster.store.get("patient").orElseThrow().phase()).isEqualTo(Phase.STOPPING);
    Files.delete(objects);
    Files.move(objects.resolveSibling("away"), objects);
    Workspace stopped = cluster.awaitPhase("patient", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
  }

  /**
   * An instance that has stopped before it could be saved; the store comes back by what it answers.
   */
  private Path unsaved(String id) throws Exception {
    cluster.lose();
    cluster.withFinalization(Duration.ofSeconds(6));
    cluster.start();
    cluster.begin(cluster.workspace(id, WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase(id, Phase.RUNNING);
    cluster.shell("ws-" + id, "echo work > /workspace/kept");
    Path objects = cluster.content.resolve("objects");
    Files.move(objects, objects.resolveSibling("away"));
    Files.writeString(objects, "in the way");
    cluster.stop(id, StopPolicy.NORMALLY);
    Workspace stopped = cluster.awaitPhase(id, Phase.STOPPED);
    assertThat(stopped.status().conditions().failed())
        .startsWith("backup failed: it was not complete in time")
        .contains("pod ws-" + id + " on node ");
    await().until(() -> cluster.runtime().unsavedCount() == 1);
    assertThat(cluster.runtime().unsaved().get(0).metaId()).isEqualTo("meta-" + id);
    return objects;
  }

  @Test
  void contentThatIsNotSavedInTimeKeepsItsPodUntilItIs() throws Exception {
    Path objects = unsaved("late");
    cluster.begin(
        cluster.again(cluster.workspace("late", WorkspaceType.REGULAR, EMPTY), "next"), EMPTY);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                cluster
                    .store
                    .get("next")
                    .orElseThrow()
                    .status()
                    .message()
                    .contains("until the content of instance late is saved"));
    Files.delete(objects);
    Files.move(objects.resolveSibling("away"), objects);
    cluster.awaitPhase("next", Phase.RUNNING);
    assertThat(cluster.shell("ws-next", "cat /workspace/kept")).isEqualTo("work\n");
    assertThat(cluster.runtime().unsavedCount()).isZero();
    cluster.awaitNoPod("ws-late");
    cluster.stop("next", StopPolicy.ABORT);
    cluster.awaitPhase("next", Phase.STOPPED);
  }

  @Test
  void contentThatIsNotSavedMayBeLetGo() throws Exception {
    unsaved("given");
    assertThat(cluster.runtime().letGo("given")).isTrue();
    cluster.awaitNoPod("ws-given");
    assertThat(cluster.runtime().unsavedCount()).isZero();
    assertThat(cluster.runtime().letGo("given")).isFalse();
  }

  @Test
  void whatHasNoPlaceSaysWhyAndCanBeStopped() throws Exception {
    cluster.withCpu(1_000_000);
    cluster.begin(cluster.workspace("toolarge", WorkspaceType.REGULAR, EMPTY), EMPTY);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                cluster
                    .store
                    .get("toolarge")
                    .orElseThrow()
                    .status()
                    .message()
                    .contains("Insufficient cpu"));
    assertThat(cluster.store.get("toolarge").orElseThrow().phase()).isEqualTo(Phase.PENDING);
    cluster.stop("toolarge", StopPolicy.NORMALLY);
    Workspace stopped = cluster.awaitPhase("toolarge", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
    cluster.awaitNoPod("ws-toolarge");
  }

  @Test
  void anInstanceOfANodeThatIsOutOfReachIsInterruptedAndComesBack() throws Exception {
    Path pid = Path.of(System.getenv().getOrDefault("CLUSTER_RUN", "/none"), "kubelet.pid");
    LeftOut.unless(Files.exists(pid), "the kubelet is not here", "a node that is out of reach");
    cluster.begin(cluster.workspace("island", WorkspaceType.REGULAR, EMPTY), EMPTY);
    cluster.awaitPhase("island", Phase.RUNNING);
    String kubelet = Files.readString(pid).strip();
    try {
      assertThat(new ProcessBuilder("kill", "-STOP", kubelet).start().waitFor()).isZero();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> cluster.store.get("island").orElseThrow().phase() == Phase.INTERRUPTED);
    } finally {
      assertThat(new ProcessBuilder("kill", "-CONT", kubelet).start().waitFor()).isZero();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> cluster.store.get("island").orElseThrow().phase() == Phase.RUNNING);
    cluster.stop("island", StopPolicy.ABORT);
    cluster.awaitPhase("island", Phase.STOPPED);
  }

  @Test
  void aWarmPodSavesTheTimeOfAStart() throws Exception {
    long cold = timeToRunning("cold");
    cluster.lose();
    cluster.with(
        c ->
            new PodClass(
                c.command(),
                c.readiness(),
                c.nodeSelector(),
                c.tolerations(),
                c.template(),
                c.persistent(),
                c.storageClass(),
                c.snapshotClass(),
                Optional.of(new PodClass.Warm(1, "localhost/busybox:1"))));
    cluster.withSettings(settings -> settings.withWarmClasses(List.of("default")));
    cluster.start();
    awaitWarmPod();
    long warm = timeToRunning("warm");
    System.out.printf("time to RUNNING: cold %d ms, warm %d ms%n", cold, warm);
    String pod = cluster.store.get("warm").orElseThrow().status().runtime().podName();
    assertThat(pod).startsWith(PodNames.WARM_PREFIX);
    assertThat(cluster.shell(pod, ". /.atelier/start/environment; echo $GREETING"))
        .isEqualTo("it's $me\n");
    cluster.shell(pod, "echo work > /workspace/kept");
    cluster.stop("warm", StopPolicy.NORMALLY);
    Workspace stopped = cluster.awaitPhase("warm", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
    cluster.awaitNoPod(pod);
    credentialsGoFromAWarmPod();
  }

  private void awaitWarmPod() throws Exception {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                cluster
                    .client
                    .pods()
                    .inNamespace("default")
                    .withLabels(PodNames.WARM_SELECTOR)
                    .list()
                    .getItems()
                    .stream()
                    .anyMatch(pod -> new PodView(pod).running(PodNames.WORKSPACE)));
    // The runtime may know it a moment later.
    Thread.sleep(1_000);
  }

  /** What was given to a keeper goes from its order once the content is made. */
  private void credentialsGoFromAWarmPod() throws Exception {
    repository();
    awaitWarmPod();
    try (GitServer server = new GitServer(folder.resolve("repos"), cluster.address())) {
      server.logins.put("/one", "user:secret");
      Initializer git = cloneOf(server);
      cluster.begin(cluster.workspace("cloned", WorkspaceType.REGULAR, git), git);
      String pod = cluster.awaitPhase("cloned", Phase.RUNNING).status().runtime().podName();
      assertThat(pod).startsWith(PodNames.WARM_PREFIX);
      assertThat(cluster.shell(pod, "cat /workspace/README")).isEqualTo("hello\n");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  !cluster
                      .shell(pod, PodNames.KEEPER, "cat /.atelier/order/order")
                      .contains("secret"));
      cluster.stop("cloned", StopPolicy.ABORT);
      cluster.awaitPhase("cloned", Phase.STOPPED);
    }
  }

  private long timeToRunning(String id) throws Exception {
    long began = System.nanoTime();
    cluster.begin(
        cluster.workspace(id, WorkspaceType.REGULAR, EMPTY),
        EMPTY,
        EnvironmentVariable.of("GREETING", "it's $me"));
    cluster.awaitPhase(id, Phase.RUNNING);
    return Duration.ofNanos(System.nanoTime() - began).toMillis();
  }

  @Test
  void theServerTakesThePodUnderTheRestrictedStandard() {
    cluster
        .client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("strict")
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .createOr(existing -> existing.update());
    PodSettings claim =
        PodSettings.DEFAULT.withStoreVolume(
            Map.of("persistentVolumeClaim", Map.of("claimName", "content")));
    Workspace workspace = cluster.workspace("strict", WorkspaceType.REGULAR, EMPTY);
    Pod pod =
        WorkspacePod.of(
            claim,
            PodRequest.of(workspace),
            cluster.workspaceClass("default"),
            PodClass.DEFAULT,
            PodVolume.EPHEMERAL);
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsMatching(e -> String.valueOf(e.getMessage()).contains("serviceaccount"))
        .until(
            () ->
                cluster.client.pods().inNamespace("strict").resource(pod).dryRun().create()
                    != null);
  }
}
