// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import dev.atelier.workspace.content.archive.TarCopy.Bounds;
import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes archives of content folders and restores them. Tar works on the files, inside the sandbox;
 * compression, checksums and the look at every entry stay outside. Nothing is held but buffers: an
 * archive may be of any size.
 *
 * <p>Safe for use by several threads. An interrupt of the calling thread ends the work: tar is dead
 * when the call returns, and nothing is read from or written to the caller's stream any more, but
 * for the one read or write that is under way.
 */
public final class Archives {
  /** What is held back until its checksum is known. */
  private static final int CHUNK = 4 << 20;

  private static final int BUFFER = 128 * 1024;

  /** Of zstd, for each worker: smaller than its default, for the sake of memory. */
  private static final int JOB = 1 << 20;

  /** A frame of ours never needs more to be read: 8 MiB. */
  private static final int MOST_WINDOW_LOG = 23;

  private final ArchiveSettings settings;
  private final ThreadFactory threads;

  /**
   * As configured.
   *
   * @param threads three or four are made for each archive; they end with it
   */
  public Archives(ArchiveSettings settings, ThreadFactory threads) {
    this.settings = settings;
    this.threads = threads;
  }

  /**
   * Writes an archive of the workspace folder.
   *
   * @param to takes the bytes and is not closed; nobody flushes it
   * @param timeout after which it is given up; a store that stalls counts too
   * @return what must be kept beside it; only then all bytes were written
   * @throws UnusableArchive TOO_LARGE: there are more entries than may be restored
   * @throws ContentFault when the files cannot be read, or the time is over; it may be tried again
   * @throws IOException when {@code to} failed, or tar cannot be started; it may be tried again
   */
  public Archive pack(ContentSandbox sandbox, OutputStream to, Duration timeout)
      throws ContentFault, IOException, InterruptedException {
    SandboxPrograms programs = new SandboxPrograms(sandbox, threads);
    NoteTaker notes = new NoteTaker();
    ChunkOutput chunks = new ChunkOutput(to, CHUNK);
    AtomicReference<TarCopy> packed = new AtomicReference<>();
    AtomicReference<Refused> refused = new AtomicReference<>();
    int code;
    try {
      code =
          programs.run(
              program(Tar.pack(sandbox.workspaceFolder()), timeout),
              Source.NONE,
              tar -> {
                try {
                  packed.set(compress(tar, chunks));
                } catch (Refused e) {
                  refused.set(e);
                  throw e;
                }
              },
              notes);
    } catch (IOException e) {
      if (chunks.fault() != null || refused.get() == null) {
        throw e;
      }
      if (refused.get().reason() == Reason.TOO_LARGE) {
        throw new UnusableArchive(
            Reason.TOO_LARGE,
            "the content has more than the "
                + settings.mostEntries()
                + " files and folders that an archive may have (atelier.archive.most-entries)",
            refused.get());
      }
      // An archive that ends too early: tar itself has failed, and has said why.
      String words = notes.lastWords();
      throw new ContentFault(
          "the content cannot be archived: "
              + (words.isEmpty() ? refused.get().getMessage() : words),
          e);
    } finally {
      chunks.giveUp();
    }
    // 1: files changed while they were read.
    if (code > 1) {
      throw new ContentFault("the content cannot be archived: " + notes.lastWords());
    }
    TarCopy tar = packed.get();
    return new Archive(
        chunks.bytes(),
        tar.handedOn(),
        tar.contentBytes(),
        tar.entries(),
        tar.longPaths().moved(),
        CHUNK,
        chunks.checksums(),
        notes.notes(tar.devices()));
  }

  private TarCopy compress(InputStream tar, ChunkOutput chunks) throws IOException {
    try (ReadAhead ahead = new ReadAhead(tar, threads);
        ZstdOutputStreamNoFinalizer zstd =
            new ZstdOutputStreamNoFinalizer(
                chunks, RecyclingBufferPool.INSTANCE, settings.level())) {
      zstd.setChecksum(true);
      zstd.setWorkers(settings.workers());
      zstd.setJobSize(JOB);
      TarCopy copy =
          new TarCopy(
              ahead,
              new BufferedOutputStream(zstd, BUFFER),
              // What would not be restored must not be taken for saved.
              new Bounds(Long.MAX_VALUE, settings.mostEntries()),
              true);
      try {
        copy.run();
      } catch (IOException | RuntimeException e) {
        chunks.giveUp();
        throw e;
      }
      return copy;
    }
  }

  /**
   * Fills the workspace folder, which must be empty, with what was packed. After any fault part of
   * it may be there: the caller empties the folder.
   *
   * @param from the bytes of the archive, which is not closed
   * @param expected what was kept beside it; no byte that differs gets past the checksums
   * @param mostBytes of files, for instance the storage of the class; positive
   * @param timeout after which it is given up; a store that stalls counts too
   * @throws UnusableArchive when the archive itself is at fault; it is of no use to try again
   * @throws ContentFault when the files cannot be written, or the time is over; it may be tried
   *     again
   * @throws IOException when {@code from} failed, or tar cannot be started; it may be tried again
   */
  public void unpack(
      ContentSandbox sandbox, InputStream from, Archive expected, long mostBytes, Duration timeout)
      throws ContentFault, IOException, InterruptedException {
    check(expected, mostBytes);
    long until = System.nanoTime() + timeout.toNanos();
    SandboxPrograms programs = new SandboxPrograms(sandbox, threads);
    NoteTaker notes = new NoteTaker();
    ChunkInput chunks = new ChunkInput(from, expected);
    AtomicReference<LongPaths> longPaths = new AtomicReference<>();
    AtomicReference<IOException> fault = new AtomicReference<>();
    int code =
        programs.run(
            program(Tar.unpack(sandbox.workspaceFolder(), expected.deep()), timeout),
            tar -> {
              try {
                longPaths.set(decompress(chunks, tar, expected));
              } catch (IOException e) {
                fault.set(e);
              }
            },
            output -> output.transferTo(OutputStream.nullOutputStream()),
            notes);
    refuse(chunks, fault.get());
    if (code != 0) {
      throw new ContentFault("the content cannot be restored: " + notes.lastWords());
    }
    if (fault.get() != null) {
      throw fault.get();
    }
    if (longPaths.get().moved()) {
      move(programs, longPaths.get(), Duration.ofNanos(until - System.nanoTime()));
    }
  }

  private static void refuse(ChunkInput chunks, IOException fault)
      throws ContentFault, IOException {
    if (fault instanceof Refused refused) {
      throw refused.fault();
    }
    if (fault instanceof ZstdIOException) {
      throw new UnusableArchive(Reason.DAMAGED, "the archive cannot be decompressed", fault);
    }
    if (chunks.fault() != null) {
      throw chunks.fault();
    }
  }

  private static void move(SandboxPrograms programs, LongPaths paths, Duration timeout)
      throws ContentFault, IOException, InterruptedException {
    NoteTaker notes = new NoteTaker();
    int code =
        programs.run(
            program(Tar.move(), timeout),
            paths::writeMoves,
            output -> output.transferTo(OutputStream.nullOutputStream()),
            notes);
    if (code != 0) {
      throw new ContentFault("the content cannot be restored: " + notes.lastWords());
    }
  }

  private void check(Archive expected, long mostBytes) throws UnusableArchive {
    if (expected.contentBytes() > mostBytes) {
      throw new UnusableArchive(
          Reason.TOO_LARGE,
          "the archive holds "
              + expected.contentBytes()
              + " bytes, which is more than the "
              + mostBytes
              + " that there may be");
    }
    if (expected.entries() > settings.mostEntries()) {
      throw new UnusableArchive(
          Reason.TOO_LARGE,
          "the archive holds "
              + expected.entries()
              + " files and folders, which is more than the "
              + settings.mostEntries()
              + " that there may be");
    }
  }

  private static LongPaths decompress(ChunkInput chunks, OutputStream tar, Archive expected)
      throws IOException {
    try (ZstdInputStreamNoFinalizer zstd =
        new ZstdInputStreamNoFinalizer(chunks, RecyclingBufferPool.INSTANCE)) {
      zstd.setLongMax(MOST_WINDOW_LOG);
      TarCopy copy =
          new TarCopy(
              new BufferedInputStream(zstd, BUFFER),
              new BufferedOutputStream(tar, BUFFER),
              new Bounds(expected.contentBytes(), expected.entries()),
              false);
      copy.run();
      if (copy.contentBytes() != expected.contentBytes()
          || copy.entries() != expected.entries()
          || copy.longPaths().moved() != expected.deep()) {
        throw new Refused(Reason.DAMAGED, "the archive has not the content that it had");
      }
      return copy.longPaths();
    }
  }

  private static Program program(List<String> command, Duration timeout) {
    return new Program(command, Map.of("LC_ALL", "C"), "", timeout).leaving(timeout);
  }
}
