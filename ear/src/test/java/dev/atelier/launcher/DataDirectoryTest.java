// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.DataFolder;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path folder;

  @Test
  void isMadeWithEverythingAboveIt() throws Exception {
    try (DataDirectory data = DataDirectory.claim(folder.resolve("a/b"))) {
      assertThat(data.temporary()).isEmptyDirectory();
    }
  }

  @Test
  void itsServerPartIsMadeAnewAndNothingElseIsTouched() throws Exception {
    Path ours = Files.writeString(folder.resolve("state.db"), "kept");
    Path elsewhere =
        Files.writeString(Files.createDirectory(folder.resolve("far")).resolve("x"), "");
    Path stale = Files.createDirectories(folder.resolve("server/config"));
    Files.writeString(stale.resolve("domain.xml"), "of an older version");
    Files.createSymbolicLink(stale.resolve("link"), elsewhere.getParent());

    try (DataDirectory data = DataDirectory.claim(folder)) {
      assertThat(data.server().resolve("config")).doesNotExist();
    }
    assertThat(ours).hasContent("kept");
    assertThat(elsewhere).exists();
  }

  @Test
  void aSecondClaimIsRefusedUntilTheFirstIsClosed() throws Exception {
    try (DataDirectory first = DataDirectory.claim(folder)) {
      assertThat(first.server()).exists();
      assertThatThrownBy(() -> DataDirectory.claim(folder))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContainingAll(folder.toString(), "--atelier.data.directory=");
    }
    DataDirectory.claim(folder).close();
  }

  @Test
  void aRefusedClaimNamesTheProcessAndTouchesNothing() throws Exception {
    try (DataDirectory first = DataDirectory.claim(folder)) {
      Path unpacked = Files.writeString(first.server().resolve("atelier.war"), "the first one's");
      Process second = claimElsewhere();
      assertThat(new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains(
              "another manager (process " + ProcessHandle.current().pid() + ")", folder.toString());
      assertThat(second.waitFor()).isEqualTo(1);
      assertThat(unpacked).hasContent("the first one's");
    }
    assertThat(claimElsewhere().waitFor()).isZero();
  }

  @Test
  void isHeldWithoutAnyReferenceToIt() throws Exception {
    DataDirectory.claim(folder);
    awaitCollection();
    assertThat(claimElsewhere().waitFor()).isEqualTo(1);
    FolderLock.release(folder.toRealPath());
  }

  @Test
  void theApplicationTakesOverTheLaunchersLock() throws Exception {
    try (DataDirectory launcher = DataDirectory.claim(folder)) {
      for (int i = 0; i < 2; i++) {
        try (DataFolder application = new DataFolder(folder)) {
          assertThat(application.root()).isEqualTo(launcher.server().getParent());
          assertThatThrownBy(() -> new DataFolder(folder))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("this process");
        }
        assertThat(claimElsewhere().waitFor()).isEqualTo(1);
      }
    }
    try (DataFolder alone = new DataFolder(folder)) {
      assertThat(alone.root()).exists();
      assertThatThrownBy(() -> DataDirectory.claim(folder)).isInstanceOf(StartupFailure.class);
      assertThat(claimElsewhere().waitFor()).isEqualTo(1);
    }
  }

  /** Returns after a garbage collection that has cleaned what nobody refers to. */
  private static void awaitCollection() {
    Object unreachable = new Object();
    AtomicBoolean cleaned = new AtomicBoolean();
    Cleaner.create().register(unreachable, () -> cleaned.set(true));
    unreachable = null;
    await()
        .until(
            () -> {
              System.gc();
              return cleaned.get();
            });
  }

  /** A process that ends with 0 if it could have the folder. */
  private Process claimElsewhere() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            DataDirectoryTest.class.getName(),
            folder.toString())
        .redirectErrorStream(true)
        .start();
  }

  public static void main(String[] arguments) throws IOException {
    try (DataDirectory data = DataDirectory.claim(Path.of(arguments[0]))) {
      System.out.println(data.server());
    } catch (StartupFailure e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  @Test
  void aFileInItsPlaceIsToldWithWhatToDo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.claim(file))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContainingAll("cannot write to " + file, "--atelier.data.directory=");
  }
}
