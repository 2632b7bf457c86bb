// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not the archive's own fault. */
class TroubleTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Archives archives = new Archives(ArchiveSettings.defaults(), Thread::new);
  private FolderSandbox source;
  private FolderSandbox target;

  @BeforeEach
  void sandboxes() throws Exception {
    source = FolderSandbox.direct(folder.resolve("source"));
    target = FolderSandbox.direct(folder.resolve("target"));
    Trees.shell(source.folder(), "for i in $(seq 9); do head -c 3M /dev/urandom >f$i; done");
  }

  @Test
  void faultOfTheStoreIsHandedOnAsItIs() throws Exception {
    IOException full = new IOException("the store is full");
    OutputStream to =
        new OutputStream() {
          private long written;

          @Override
          public void write(int b) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void write(byte[] data, int from, int length) throws IOException {
            written += length;
            if (written > 5_000_000) {
              throw full;
            }
          }
        };
    assertThatThrownBy(() -> archives.pack(source, to, MINUTE)).isSameAs(full);
    ended(source);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Archive archive = archives.pack(source, bytes, MINUTE);
    IOException away = new IOException("the store is away");
    InputStream from =
        new InputStream() {
          private final InputStream all = new ByteArrayInputStream(bytes.toByteArray());
          private long left = 9_000_000;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
              throw away;
            }
            int n = all.read(into, offset, length);
            left -= n;
            return n;
          }
        };
    assertThatThrownBy(() -> archives.unpack(target, from, archive, 1L << 30, MINUTE))
        .isSameAs(away);
    ended(target);
  }

  private static void ended(FolderSandbox sandbox) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> sandbox.processes.stream().noneMatch(Process::isAlive));
  }

  /** A store that takes nothing any more. */
  private static final class Stalled extends OutputStream {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public void write(int b) throws IOException {
      reached.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    }
  }

  @Test
  void interruptEndsEverything() throws Exception {
    Stalled stalled = new Stalled();
    AtomicReference<Throwable> fault = new AtomicReference<>();
    Thread worker =
        new Thread(() -> fault.set(catchThrowable(() -> archives.pack(source, stalled, MINUTE))));
    worker.start();
    assertThat(stalled.reached.await(20, TimeUnit.SECONDS)).isTrue();
    worker.interrupt();
    worker.join(20_000);
    assertThat(fault.get()).isInstanceOf(InterruptedException.class);
    assertThat(source.processes).isNotEmpty().noneMatch(Process::isAlive);
  }

  @Test
  void stalledStoreIsGivenUpWhenTheTimeIsOver() {
    Stalled stalled = new Stalled();
    assertThatThrownBy(() -> archives.pack(source, stalled, Duration.ofSeconds(2)))
        .isInstanceOfAny(ContentFault.class, IOException.class);
    ended(source);
  }

  @Test
  void filesThatComeAndGoLeaveTheRestWhole() throws Exception {
    Trees.shell(
        source.folder(), "mkdir come still; for i in $(seq 300); do echo $i >still/$i; done");
    Process busy =
        new ProcessBuilder(
                "sh",
                "-c",
                "cd come; while :; do for i in 1 2 3 4 5 6 7 8 9; do head -c 300K /dev/urandom >$i;"
                    + " done; rm -f 2 4 6; : >1; echo more >>../f9; done")
            .directory(source.folder().toFile())
            .start();
    try {
      for (int round = 0; round < 5; round++) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Archive archive = archives.pack(source, bytes, MINUTE);
        archives.unpack(
            target, new ByteArrayInputStream(bytes.toByteArray()), archive, 1L << 30, MINUTE);
        assertThat(Trees.shell(target.folder(), "cat f[1-8] still/* | sha256sum"))
            .isEqualTo(Trees.shell(source.folder(), "cat f[1-8] still/* | sha256sum"));
        Trees.shell(target.folder(), "find . -mindepth 1 -delete");
      }
    } finally {
      busy.destroyForcibly().waitFor();
    }
  }

  @Test
  void socketsAreLeftOutWithANote() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path socket = source.folder().resolve("socket");
      server.bind(UnixDomainSocketAddress.of(socket));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Archive archive = archives.pack(source, bytes, MINUTE);
      assertThat(archive.notes())
          .isEqualTo(new Notes(1, 0, 0, List.of("./socket: socket ignored")));
      assertThat(Archive.parse(archive.text())).isEqualTo(archive);
    }
  }

  @Test
  void filesThatCannotBeWrittenAreNotTheArchivesFault() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Archive archive = archives.pack(source, bytes, MINUTE);
    // Tar cannot make f1 where a folder is in the way.
    Files.createDirectories(target.folder().resolve("f1/x"));
    Throwable fault =
        catchThrowable(
            () ->
                archives.unpack(
                    target,
                    new ByteArrayInputStream(bytes.toByteArray()),
                    archive,
                    1L << 30,
                    MINUTE));
    assertThat(fault)
        .isExactlyInstanceOf(ContentFault.class)
        .hasMessageContaining("./f1: Cannot open")
        .matches(f -> !Forged.has(f, Reason.DAMAGED));
  }
}
