// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.FolderSandbox;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);

  @Test
  void everythingComesBack() throws Exception {
    FolderSandbox first = FolderSandbox.direct(folder.resolve("first"));
    FolderSandbox second = FolderSandbox.direct(folder.resolve("second"));
    Trees.shell(
        first.folder(),
        """
        echo one >one; ln one two; ln -s /etc/passwd three; mkdir -p a/b; echo x >a/b/c
        chmod 000 a/b/c; chmod 0555 a; mkfifo f; truncate -s 20G sparse; chmod 2750 .
        """);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Archive archive = archives.pack(first, bytes, MINUTE);
    assertThat(archive.notes()).isEqualTo(Notes.NONE);
    assertThat(archive.entries()).isEqualTo(9);
    assertThat(Archive.parse(archive.text())).isEqualTo(archive);
    archives.unpack(
        second, new ByteArrayInputStream(bytes.toByteArray()), archive, 1 << 20, MINUTE);
    String list = "find . -printf '%P %y %m %T@ %n %s %l\\n' | sort";
    assertThat(Trees.shell(second.folder(), list)).isEqualTo(Trees.shell(first.folder(), list));
  }

  @Test
  void whatWouldNotBeRestoredIsNotSaved() throws Exception {
    FolderSandbox from = FolderSandbox.direct(folder.resolve("from"));
    Trees.shell(from.folder(), "seq 1000 | xargs touch");
    Archives bounded = new Archives(new ArchiveSettings(3, 1, 1_000), Thread::new);
    // The folder itself is an entry too.
    assertThatThrownBy(() -> bounded.pack(from, new ByteArrayOutputStream(), MINUTE))
        .isInstanceOf(UnusableArchive.class)
        .hasMessageContaining("more than the 1000 files and folders");
    Trees.shell(from.folder(), "rm 1000");
    assertThat(bounded.pack(from, new ByteArrayOutputStream(), MINUTE).entries()).isEqualTo(1_000);
  }
}
