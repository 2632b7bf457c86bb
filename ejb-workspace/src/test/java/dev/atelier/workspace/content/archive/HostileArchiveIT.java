// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives of someone who may write to the store; checksums do not help against that. */
class HostileArchiveIT {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final long MUCH = 1L << 40;

  @TempDir Path folder;
  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);
  private FolderSandbox target;

  @BeforeEach
  void target() throws Exception {
    target = FolderSandbox.direct(folder.resolve("target"));
  }

  private Throwable unpack(Forged forged, long mostBytes) {
    return catchThrowable(
        () ->
            archives.unpack(
                target,
                new ByteArrayInputStream(forged.bytes()),
                forged.description(),
                mostBytes,
                MINUTE));
  }

  @Test
  void whatOurTarWouldNotWriteIsRefusedAndTouchesNothingOutside() throws Exception {
    assumeTrue(Trees.python("archives made to escape"));
    Path cases = Files.createDirectories(folder.resolve("cases"));
    Trees.hostile(cases);
    List<Path> files;
    try (Stream<Path> all = Files.list(cases)) {
      files = all.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(80);
    for (Path file : files) {
      String name = file.getFileName().toString();
      Throwable fault = unpack(Forged.tar(Files.readAllBytes(file), MUCH, 1_000), Long.MAX_VALUE);
      assertThat(fault).as(name).isInstanceOf(UnusableArchive.class);
      boolean fine = name.equals("fine");
      assertThat(((UnusableArchive) fault).reason())
          .as("%s: %s", name, fault.getMessage())
          .isEqualTo(fine || name.equals("content-cut") ? Reason.DAMAGED : Reason.HOSTILE);
      assertThat(Trees.shell(folder, "ls -A . /tmp | grep escaped || true")).as(name).isEmpty();
      if (!fine) {
        assertThat(Trees.shell(target.folder(), "find . -type f -size +0 -name '[!ab]*'"))
            .as(name)
            .isEmpty();
      }
      Trees.shell(target.folder(), "find . -mindepth 1 -delete");
    }
    Forged fine = Forged.tar(Files.readAllBytes(cases.resolve("fine")), 8, 5);
    assertThat(unpack(fine, 8)).isNull();
    assertThat(Trees.shell(target.folder(), "cat a d/b; readlink l"))
        .isEqualTo("evilevil/etc/passwd\n");
  }

  /** Two gigabytes of zeros in some kilobytes. */
  @Test
  void bombGoesOffAtTheLimit() throws Exception {
    Path tar = folder.resolve("bomb.tar.zst");
    Trees.shell(
        folder,
        "mkdir bomb; head -c 2G /dev/zero >bomb/b; tar -b128 --format=posix --sort=name --owner=+0"
            + " --group=+0 --numeric-owner --pax-option=delete=atime,delete=ctime,exthdr.name=pax"
            + " -C bomb -c . | zstd -q >bomb.tar.zst");
    Forged bomb = Forged.bytes(Files.readAllBytes(tar), MUCH, 1_000_000, 100);
    assertThat(unpack(bomb, 1_000_000)).matches(fault -> Forged.has(fault, Reason.TOO_LARGE));
    assertThat(Trees.shell(target.folder(), "du -sm . | cut -f1").strip()).isEqualTo("1");
    Forged honest = Forged.bytes(Files.readAllBytes(tar), MUCH, 2L << 30, 100);
    assertThat(unpack(honest, 1_000_000)).matches(fault -> Forged.has(fault, Reason.TOO_LARGE));
  }

  @Test
  void moreEntriesThanSaidAreRefused() throws Exception {
    Trees.shell(folder, "mkdir many; cd many; seq 1000 | xargs touch");
    FolderSandbox many = FolderSandbox.direct(folder.resolve("m"));
    Trees.shell(folder, "mv many/* m/workspace");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Archive archive = archives.pack(many, bytes, MINUTE);
    Forged forged =
        Forged.bytes(bytes.toByteArray(), archive.uncompressedBytes(), archive.contentBytes(), 500);
    assertThat(unpack(forged, 1)).matches(fault -> Forged.has(fault, Reason.TOO_LARGE));
    Archives few = new Archives(new ArchiveSettings(3, 1, 500), Thread::new);
    assertThat(
            catchThrowable(
                () ->
                    few.unpack(
                        target, new ByteArrayInputStream(bytes.toByteArray()), archive, 1, MINUTE)))
        .matches(fault -> Forged.has(fault, Reason.TOO_LARGE));
  }

  @Test
  void hugeWindowIsRefusedBeforeItsMemoryIsTaken() throws Exception {
    Trees.shell(folder, "head -c 20M /dev/urandom | zstd -q --long=27 >long.zst");
    byte[] bytes = Files.readAllBytes(folder.resolve("long.zst"));
    assertThat(unpack(Forged.bytes(bytes, MUCH, MUCH, 10), MUCH))
        .matches(fault -> Forged.has(fault, Reason.DAMAGED));
  }

  @Test
  void noiseIsRefused() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] noise = new byte[random.nextInt(30_000) + 1];
      random.nextBytes(noise);
      Forged forged = i % 2 == 0 ? Forged.tar(noise, MUCH, 10) : Forged.bytes(noise, 1, MUCH, 10);
      assertThat(unpack(forged, MUCH)).isInstanceOf(UnusableArchive.class);
    }
    byte[] two = Zstd.compress(new byte[65536]);
    byte[] twice = Arrays.copyOf(two, two.length * 2);
    System.arraycopy(two, 0, twice, two.length, two.length);
    assertThat(unpack(Forged.bytes(twice, 1, MUCH, 10), MUCH)).isInstanceOf(UnusableArchive.class);
  }
}
