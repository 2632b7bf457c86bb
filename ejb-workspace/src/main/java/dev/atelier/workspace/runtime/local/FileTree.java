// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Programs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Trees of files of instances. Programs of the system walk them: they follow no link, and can name
 * files that Java cannot.
 */
final class FileTree {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int MOST_OUTPUT = 64 << 10;

  private FileTree() {}

  /** Makes a folder for an instance's user alone. */
  static void make(Path folder, Machine machine) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    if (machine.root()) {
      Files.setAttribute(folder, "unix:uid", machine.uid());
      Files.setAttribute(folder, "unix:gid", machine.gid());
    }
  }

  /** Makes a folder for the manager, which others may pass through. */
  static void makePassable(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
  }

  static void delete(Path tree) throws IOException, InterruptedException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    String path = tree.toString();
    if (run(List.of(Machine.path("rm"), "-rf", "--one-file-system", "--", path)) != 0) {
      // Folders that were made unreadable by their user, who is the manager's too.
      run(List.of(Machine.path("chmod"), "-R", "u+rwX", "--", path));
      if (run(List.of(Machine.path("rm"), "-rf", "--one-file-system", "--", path)) != 0) {
        throw new IOException(tree + " cannot be deleted");
      }
    }
  }

  static boolean empty(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    }
  }

  /** Bytes on the disk, at the lowest priority. */
  static long size(List<Path> trees) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of(Machine.path("nice"), "-n", "19", Machine.path("du")));
    words.addAll(List.of("-sx", "-B1", "--"));
    trees.forEach(tree -> words.add(tree.toString()));
    // Files that vanish during the walk make du complain; what it has counted is good enough.
    String text = Programs.run(program(words), PATIENCE, MOST_OUTPUT).output();
    return text.lines().mapToLong(line -> Long.parseLong(line.split("\t", 2)[0])).sum();
  }

  private static int run(List<String> words) throws IOException, InterruptedException {
    return Programs.run(program(words), PATIENCE, MOST_OUTPUT).code();
  }

  private static Programs.Program program(List<String> words) {
    return new Programs.Program(words, Map.of("PATH", Sandbox.PATH, "LC_ALL", "C"));
  }
}
