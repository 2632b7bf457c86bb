package dev.atelier.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
