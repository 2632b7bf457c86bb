// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import dev.atelier.workspace.content.store.StoredObject;
import dev.atelier.workspace.content.store.Versitygw;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Real pods whose content is in a bucket, of which they have no credentials. */
@Tag("isolated")
@EnabledIf("there")
@Timeout(400)
class SignedPodNodeIT {
  private static final String SNAPSHOT = "0123456789abcdef0123456789abcdef";
  private static final Initializer EMPTY = new Initializer.Empty();

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  private PodCluster cluster;
  private Versitygw server;
  private ContentStoreSettings settings;

  static boolean there() {
    return PodCluster.there();
  }

  @BeforeEach
  void start() throws Exception {
    Optional<Path> program = Versitygw.program();
    Assumptions.assumeTrue(program.isPresent());
    cluster = new PodCluster(folder);
    server = Versitygw.start(program.get(), folder.resolve("s3"), cluster.address(), "kept");
    Bucket otherwise = Bucket.of("kept");
    Bucket bucket =
        new Bucket(
            "kept",
            "content/",
            Optional.of(server.endpoint()),
            "",
            true,
            Optional.of(new Credentials(Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY)),
            true,
            5 << 20,
            2,
            3,
            otherwise.connectTimeout(),
            otherwise.timeout());
    settings = new ContentStoreSettings(folder, Optional.of(bucket));
    cluster.withSettings(s -> s.withStore(settings).withStoreVolume(Map.of()));
    cluster.start();
  }

  @AfterEach
  void end() {
    if (cluster != null) {
      cluster.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private List<String> names(String prefix) throws Exception {
    try (ContentStore store = settings.open(InstantSource.system(), Thread::new)) {
      return store.list(prefix).stream().map(StoredObject::name).toList();
    }
  }

  /** Makes, copies, snapshots and saves content, and has a manager lost at each of it. */
  @Test
  void managersSignWhatKeepersAskAndMayBeLostAtAnyMoment() throws Exception {
    Workspace first = cluster.workspace("first", WorkspaceType.REGULAR, EMPTY);
    cluster.begin(first, EMPTY);
    // Its keeper can have nothing signed while nobody is there.
    await().atMost(Duration.ofSeconds(60)).until(() -> cluster.pod("ws-first").isPresent());
    cluster.lose();
    cluster.start();
    cluster.awaitPhase("first", Phase.RUNNING);
    String sum =
        cluster.shell(
            "ws-first",
            "cd /workspace; dd if=/dev/urandom of=big bs=1M count=24 2>/dev/null; sha256sum big");
    cluster.backup("first");
    cluster.snapshot("first", SNAPSHOT);
    cluster.lose();
    cluster.start();
    Workspace copied = cluster.awaitCopies("first");
    assertThat(copied.status().progress().captures().lastBackup()).isPresent();
    assertThat(copied.status().progress().captures().outcomes())
        .allSatisfy(outcome -> assertThat(outcome.message()).isEmpty());
    cluster.shell("ws-first", "echo later > /workspace/later");
    nothingOfTheKeepersOpensTheBucket("ws-first");

    cluster.lose();
    cluster.client.pods().inNamespace("default").withName("ws-first").delete();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                cluster
                    .shell("ws-first", PodNames.KEEPER, "ls " + PodPaths.STATE)
                    .contains("end\n"));
    assertThat(names("content")).isEmpty();
    assertThat(names("backups/")).noneMatch(name -> name.contains("-final"));
    cluster.start();
    Workspace stopped = cluster.awaitPhase("first", Phase.STOPPED);
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
    cluster.awaitNoPod("ws-first");

    Workspace second = cluster.again(first, "second");
    cluster.begin(second, EMPTY);
    cluster.awaitPhase("second", Phase.RUNNING);
    assertThat(cluster.shell("ws-second", "cd /workspace; sha256sum big; cat later"))
        .isEqualTo(sum + "later\n");
    Initializer from = new Initializer.Snapshot(new SnapshotUrl(SNAPSHOT).toString(), false);
    Workspace third = cluster.workspace("third", WorkspaceType.REGULAR, from);
    cluster.begin(third, from);
    cluster.awaitPhase("third", Phase.RUNNING);
    assertThat(cluster.shell("ws-third", "cd /workspace; sha256sum big; ls"))
        .isEqualTo(sum + "big\n");
    for (String id : List.of("second", "third")) {
      cluster.stop(id, StopPolicy.ABORT);
      cluster.awaitPhase(id, Phase.STOPPED);
    }
  }

  private void nothingOfTheKeepersOpensTheBucket(String pod) throws Exception {
    String order =
        cluster.client.secrets().inNamespace("default").withName(pod).get().getData().get("order");
    String text = new String(Base64.getDecoder().decode(order), UTF_8);
    assertThat(text).contains("store.bucket=kept").doesNotContain(Versitygw.SECRET_KEY);
    String keys =
        "-e %s -e %s"
            .formatted(unlikeItself(Versitygw.SECRET_KEY), unlikeItself(Versitygw.ACCESS_KEY));
    String looked =
        cluster.shell(
            pod,
            PodNames.KEEPER,
            "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c "
                + keys
                + "; grep -rlsI "
                + keys
                + " /.atelier /tmp /workspace; grep -c store.bucket=kept /.atelier/order/order; id"
                + " -u");
    assertThat(looked).isEqualTo("0\n1\n33333\n");
  }

  /** A pattern that finds the text, but not the command that looks for it. */
  private static String unlikeItself(String text) {
    return text.substring(0, text.length() - 1) + "[" + text.charAt(text.length() - 1) + "]";
  }
}
