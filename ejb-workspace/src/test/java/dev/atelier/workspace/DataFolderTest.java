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

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
