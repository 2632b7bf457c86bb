// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Real pods whose content is in a folder, of which their keepers have no volume. */
@Tag("isolated")
@EnabledIf("there")
@Timeout(240)
class ServedPodNodeIT {
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

  private List<Path> stored(String below) throws Exception {
    try (Stream<Path> files = Files.walk(cluster.content.resolve("objects").resolve(below))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aKeepersUserReadsItsOwnBackupAndNobodyElses() throws Exception {
    Workspace other = cluster.workspace("other", WorkspaceType.REGULAR, EMPTY);
    cluster.begin(other, EMPTY);
    cluster.awaitPhase("other", Phase.RUNNING);
    cluster.shell("ws-other", "echo secret > /workspace/kept");
    cluster.snapshot("other", SNAPSHOT);
    cluster.awaitCopies("other");
    cluster.stop("other", StopPolicy.NORMALLY);
    Workspace stopped = cluster.awaitPhase("other", Phase.STOPPED);
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
    List<Path> saved = stored("backups/owner/meta-other");
    assertThat(saved).hasSize(2);
    assertThat(Files.readAttributes(saved.get(0), PosixFileAttributes.class).owner().getName())
        .isEqualTo("10001");

    Initializer from = new Initializer.Snapshot(new SnapshotUrl(SNAPSHOT).toString(), false);
    Workspace mine = cluster.workspace("mine", WorkspaceType.REGULAR, from);
    cluster.begin(mine, from);
    cluster.awaitPhase("mine", Phase.RUNNING);
    assertThat(cluster.shell("ws-mine", "cat /workspace/kept")).isEqualTo("secret\n");
    cluster.backup("mine");
    assertThat(cluster.awaitCopies("mine").status().progress().captures().lastBackup()).isPresent();
    nothingOpensTheFolder("ws-mine");
    Path objects = cluster.content.resolve("objects");
    String theirs = objects.relativize(saved.get(0)).toString();
    String own = objects.relativize(stored("backups/owner/meta-mine").get(0)).toString();
    assertThat(said("ws-mine", "read " + own)).startsWith("done");
    for (String words :
        List.of(
            "read " + theirs,
            "read backups/owner/meta-mine/../meta-other/" + saved.get(0).getFileName(),
            "list backups/owner/meta-other/",
            "delete " + theirs,
            "write " + theirs)) {
      // Refused, or no manager is there to grant it.
      assertThat(said("ws-mine", words)).as(words).matches("(?s)(refused|unavailable) .*");
    }
    assertThat(stored("backups/owner/meta-other")).isEqualTo(saved);

    cluster.stop("mine", StopPolicy.NORMALLY);
    cluster.awaitPhase("mine", Phase.STOPPED);
    cluster.awaitNoPod("ws-mine");
    Workspace again = cluster.again(mine, "again");
    cluster.begin(again, from);
    cluster.awaitPhase("again", Phase.RUNNING);
    assertThat(cluster.shell("ws-again", "cat /workspace/kept")).isEqualTo("secret\n");
    cluster.stop("again", StopPolicy.ABORT);
    cluster.awaitPhase("again", Phase.STOPPED);
  }

  /** The beginning of what is said to whoever asks as the keeper's user. */
  private String said(String pod, String words) throws Exception {
    return cluster.shell(
        pod,
        PodNames.KEEPER,
        "rm -f /tmp/ask; mkfifo /tmp/ask; exec 3<>/tmp/ask; printf '\\000\\%03o%s' >&3; "
                .formatted(words.length(), words)
            + "/agent/relay /.atelier/door/store <&3 | tail -c +3 | head -c 200");
  }

  private void nothingOpensTheFolder(String pod) throws Exception {
    String looked =
        cluster.shell(
            pod,
            PodNames.KEEPER,
            "id -u; grep -c ' /content ' /proc/mounts; ls -d /content /.atelier/labels"
                + " /tmp/signatures 2>/dev/null; touch /.atelier/door/mine 2>/dev/null; rm -f"
                + " /.atelier/door/store 2>/dev/null; ls /.atelier/door");
    assertThat(looked).isEqualTo("33333\n0\nstore\n");
    assertThat(cluster.shell(pod, "ls -d /content /.atelier/door; ls /.atelier"))
        .contains("state")
        .doesNotContain("\n/content", "store", "labels");
    assertThat(cluster.shell(pod, PodNames.STORE, "id -u; ls /content"))
        .isEqualTo("10001\nobjects\nunfinished\n");
  }
}
