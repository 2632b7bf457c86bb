// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives whose bytes are not those that were written. */
class DamagedArchiveTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);
  private FolderSandbox target;
  private Archive archive;
  private byte[] whole;

  @BeforeEach
  void pack() throws Exception {
    FolderSandbox source = FolderSandbox.direct(folder.resolve("source"));
    target = FolderSandbox.direct(folder.resolve("target"));
    Trees.shell(
        source.folder(), "for i in $(seq 20); do mkdir $i; head -c 500K /dev/urandom >$i/f; done");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    archive = archives.pack(source, bytes, MINUTE);
    whole = bytes.toByteArray();
    assertThat(archive.checksums().size()).isEqualTo(3);
  }

  private void refused(byte[] bytes) {
    assertThatThrownBy(
            () ->
                archives.unpack(target, new ByteArrayInputStream(bytes), archive, 1L << 30, MINUTE))
        .matches(fault -> Forged.has(fault, Reason.DAMAGED));
  }

  @Test
  void torn() throws Exception {
    for (int i = 0; i < 50; i++) {
      refused(Arrays.copyOf(whole, whole.length * i / 50));
    }
    refused(Arrays.copyOf(whole, whole.length - 1));
  }

  @Test
  void longer() {
    refused(Arrays.copyOf(whole, whole.length + 1));
  }

  @Test
  void oneBitElsewhere() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      refused(flipped);
    }
  }

  @Test
  void noByteOfADamagedChunkIsUnpacked() throws Exception {
    byte[] flipped = whole.clone();
    flipped[100] ^= 1;
    refused(flipped);
    assertThat(Trees.shell(target.folder(), "ls -A")).isEmpty();
  }

  @Test
  void descriptionItself() throws Exception {
    String text = archive.text();
    assertThat(Archive.parse(text)).isEqualTo(archive);
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      byte[] flipped = text.getBytes(StandardCharsets.US_ASCII);
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(7));
      String changed = new String(flipped, StandardCharsets.US_ASCII);
      assertThatThrownBy(() -> Archive.parse(changed))
          .matches(fault -> Forged.has(fault, Reason.DAMAGED));
      String cut = text.substring(0, random.nextInt(text.length()));
      assertThatThrownBy(() -> Archive.parse(cut))
          .matches(fault -> Forged.has(fault, Reason.DAMAGED));
    }
    assertThatThrownBy(() -> Archive.parse(text + "\n"))
        .matches(fault -> Forged.has(fault, Reason.DAMAGED));
  }
}
