// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir Path temporary;

  @Test
  void isMadeForItsOwnerAlone() throws IOException {
    try (DataFolder folder = new DataFolder(temporary.resolve("a/b"))) {
      assertThat(folder.root()).isAbsolute().isDirectory();
      assertThat(mode(folder.root())).isEqualTo("rwx------");
      assertThat(mode(folder.folder("c"))).isEqualTo("rwx------");
      assertThat(folder.folder("c")).isEqualTo(folder.root().resolve("c"));
    }
  }

  @Test
  void secondOfAFolderIsRefusedUntilTheFirstIsClosed() {
    Path root = temporary.resolve("a");
    DataFolder first = new DataFolder(root);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> new DataFolder(root))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(root.toString())
          .hasMessageContaining("in use by another manager (this process)")
          .hasMessageContaining("atelier.data.directory");
    }
    first.close();
    new DataFolder(root).close();
  }

  @Test
  void isHeldWithoutAnyReferenceToIt() throws Exception {
    Path root = new DataFolder(temporary).root();
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
    Process second =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DataFolderTest.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("another manager (process " + ProcessHandle.current().pid() + ")");
    assertThat(second.waitFor()).isEqualTo(1);
  }

  public static void main(String[] arguments) {
    try (DataFolder folder = new DataFolder(Path.of(arguments[0]))) {
      System.out.println(folder.root());
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  @Test
  void linkToAFolderIsThatFolder() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);
    try (DataFolder folder = new DataFolder(temporary)) {
      assertThatThrownBy(() -> new DataFolder(link)).isInstanceOf(IllegalStateException.class);
      assertThat(folder.root()).isEqualTo(temporary.toRealPath());
    }
  }

  @Test
  void fileInItsPlaceIsRefused() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> new DataFolder(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void carriesTheNumberOfItsFormat() throws IOException {
    Path root = Files.createDirectory(temporary.resolve("without"));
    Files.createFile(root.resolve("secrets.key"));
    new DataFolder(root).close();
    assertThat(root.resolve("format")).hasContent("1\n");
    new DataFolder(root).close();
  }

  @Test
  void ofANewerFormatIsRefusedInWordsAndNotTouched() throws IOException {
    Path root = Files.createDirectory(temporary.resolve("newer"));
    Files.writeString(root.resolve("format"), "2\n");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> new DataFolder(root))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "data folder "
                  + root
                  + " has format 2, which a newer version of Atelier has written; this version"
                  + " reads formats up to 1: start the newer version again, or give this one a"
                  + " folder of its own with atelier.data.directory");
    }
    assertThat(root.resolve("format")).hasContent("2\n");
    Files.writeString(root.resolve("format"), "1\n");
    new DataFolder(root).close();
  }

  @Test
  void whoseFormatIsNoNumberIsRefused() throws IOException {
    Path file = Files.writeString(temporary.resolve("format"), "one\n");
    assertThatThrownBy(() -> new DataFolder(temporary))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(file + " should hold the number of the data folder's format");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
