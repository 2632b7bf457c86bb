// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.WorkspaceStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The end of what instances have written whose folders are gone: to be read for as long as the
 * store knows them, and deleted soon after that.
 */
final class LastOutputs {
  private static final Logger LOG = System.getLogger(LastOutputs.class.getName());
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** Bytes of each that are kept. */
  static final int MOST = 64 << 10;

  private final Path folder;
  private final LocalHost host;
  private final WorkspaceStore store;

  LastOutputs(Path data, LocalHost host, WorkspaceStore store) {
    this.folder = data.resolve("last-output");
    this.host = host;
    this.store = store;
  }

  /** Looks from now on, until the host is closed, whose are to be deleted. */
  void start() throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    round();
  }

  private void round() {
    try {
      tidy();
    } catch (IOException | WorkspaceFault e) {
      LOG.log(Level.DEBUG, "output of forgotten instances stays a while: " + e);
    } finally {
      host.after(PAUSE, this::round);
    }
  }

  /** Deletes what the store does not know any more. */
  void tidy() throws IOException, WorkspaceFault {
    List<Path> kept;
    try (Stream<Path> files = Files.list(folder)) {
      kept = files.toList();
    }
    for (Path file : kept) {
      if (store.get(file.getFileName().toString()).isEmpty()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Keeps the end of what the instance has written, where it can, before its own files go. */
  void keep(InstanceFolder instance) {
    try {
      byte[] end = OutputLog.end(instance, MOST);
      if (end.length > 0) {
        Path fresh = instance.root().resolve("last-output");
        Files.write(fresh, end);
        Files.move(
            fresh,
            folder.resolve(instance.id()),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      // A full disk must not keep the rest from going.
      LOG.log(Level.WARNING, "the last output of instance {0} is lost: {1}", instance.id(), e);
    }
  }

  /** What was kept of an instance's; empty: nothing, or nobody knows it any more. */
  Optional<InputStream> of(String id) throws IOException {
    try {
      return store.get(id).isPresent()
          ? Optional.of(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(id))))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (WorkspaceFault e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
