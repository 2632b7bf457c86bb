// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and writes the files of a control group. */
final class ControlGroupFiles {
  private ControlGroupFiles() {}

  static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
  }

  /** Like {@link #write}, for a file that some kernels have not. */
  static void writeIfThere(Path file, String value) throws IOException {
    if (Files.exists(file)) {
      write(file, value);
    }
  }

  /** The number behind a key in a file of lines with both. */
  static long value(Path file, String key) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(key + " ")) {
          return Long.parseLong(line.substring(key.length() + 1).strip());
        }
      }
    } catch (IOException e) {
      return 0; // The group is gone: it has counted nothing.
    }
    return 0;
  }

  static List<Long> processes(Path group) {
    try {
      return Files.readAllLines(group.resolve("cgroup.procs")).stream().map(Long::valueOf).toList();
    } catch (IOException e) {
      return List.of(); // The group is gone, and nobody is in it.
    }
  }

  static void remove(Path group) throws IOException {
    Files.deleteIfExists(group);
  }

  /** Removes a group without any below it. */
  static void removeUnused(Path group) throws IOException {
    boolean unused;
    try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
      unused = !below.iterator().hasNext();
    } catch (NoSuchFileException e) {
      unused = false;
    }
    if (unused) {
      remove(group);
    }
  }

  /**
   * A mounted hierarchy.
   *
   * @param options of the mounted file system: the controllers of a v1 hierarchy
   */
  record Mount(Path point, String type, List<String> options) {
    /** Whether it is the v1 hierarchy of a controller. */
    boolean has(String controller) {
      return type.equals("cgroup") && options.contains(controller);
    }
  }

  /** The hierarchies in a mountinfo file. */
  static List<Mount> mounts(Path mountinfo) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (String line : Files.readAllLines(mountinfo)) {
      int dash = line.indexOf(" - ");
      String[] left = line.substring(0, dash).split(" ", -1);
      String[] right = line.substring(dash + 3).split(" ", -1);
      if (right[0].startsWith("cgroup")) {
        mounts.add(
            new Mount(Path.of(left[4]), right[0], List.of(right[right.length - 1].split(",", -1))));
      }
    }
    return mounts;
  }

  /**
   * The group of this process in a hierarchy.
   *
   * @param controller empty: the hierarchy of v2
   */
  static Optional<String> own(Path cgroup, String controller) throws IOException {
    for (String line : Files.readAllLines(cgroup)) {
      String[] parts = line.split(":", 3);
      if (List.of(parts[1].split(",", -1)).contains(controller)) {
        return Optional.of(parts[2]);
      }
    }
    return Optional.empty();
  }
}
