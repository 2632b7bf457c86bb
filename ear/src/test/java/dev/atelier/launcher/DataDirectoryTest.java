package dev.atelier.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void aFileInItsPlaceIsToldWithWhatToDo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.claim(file))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContainingAll("cannot write to " + file, "--atelier.data.directory=");
  }
}
