// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.content.FolderSandbox;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file that the size field of a header has no room for: a minute or two and 17 GB of disk, so
 * only when it is asked for.
 */
class LargeFileIT {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;
  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);

  @Test
  void fileOverEightGigabytesComesBack() throws Exception {
    boolean wanted = Boolean.getBoolean("archive.large");
    if (!wanted) {
      System.out.println("left out without -Darchive.large=true: a file over 8 GB");
    }
    assumeTrue(wanted);
    FolderSandbox first = FolderSandbox.direct(folder.resolve("first"));
    FolderSandbox second = FolderSandbox.direct(folder.resolve("second"));
    // Its blocks are all there, so tar does not take it for a sparse file.
    Trees.shell(first.folder(), "fallocate -l 8200M big; echo end >>big");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Archive archive = archives.pack(first, bytes, LONG);
    long size = Files.size(first.folder().resolve("big"));
    assertThat(archive.contentBytes()).isEqualTo(size).isGreaterThan(8L << 30);
    archives.unpack(second, new ByteArrayInputStream(bytes.toByteArray()), archive, size, LONG);
    assertThat(Files.size(second.folder().resolve("big"))).isEqualTo(size);
    assertThat(
            Trees.shell(second.folder(), "tail -c 4 big; head -c 4G big | tail -c 9 | od -An -tx1"))
        .isEqualTo("end\n 00 00 00 00 00 00 00 00 00\n");
  }
}
