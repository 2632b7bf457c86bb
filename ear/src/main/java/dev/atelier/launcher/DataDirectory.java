// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The folder of one manager: held for as long as the process lives, its server part made anew. */
final class DataDirectory implements AutoCloseable {
  private final Path root;

  private DataDirectory(Path root) {
    this.root = root;
  }

  /**
   * Takes the folder, and touches nothing in it before it is this process's.
   *
   * @throws StartupFailure when the folder cannot be written, or another manager has it
   */
  static DataDirectory claim(Path root) throws StartupFailure {
    try {
      make(root);
      DataDirectory directory = new DataDirectory(root.toRealPath());
      Optional<String> holder = FolderLock.take(directory.root);
      if (holder.isPresent()) {
        throw new StartupFailure(
            "another manager ("
                + holder.get()
                + ") works in "
                + root
                + "; stop it, or give this one a folder of its own with --"
                + LaunchOptions.DATA_DIRECTORY
                + "=FOLDER");
      }
      directory.renewServer();
      return directory;
    } catch (IOException e) {
      throw new StartupFailure(
          "cannot write to "
              + root
              + " ("
              + e
              + "); make it writable, or choose another with --"
              + LaunchOptions.DATA_DIRECTORY
              + "=FOLDER",
          e);
    }
  }

  /** Makes it for the manager's user alone; one that is there stays as it is. */
  private static void make(Path root) throws IOException {
    Path folder = root.toAbsolutePath();
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** What the application server unpacks and generates; nothing in it outlives the process. */
  Path server() {
    return root.resolve("server");
  }

  Path temporary() {
    return server().resolve("tmp");
  }

  private void renewServer() throws IOException {
    if (Files.exists(server())) {
      Files.walkFileTree(server(), new Deletion());
    }
    Files.createDirectories(temporary());
  }

  /** Lets another manager have it. */
  @Override
  public void close() throws IOException {
    FolderLock.release(root);
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
