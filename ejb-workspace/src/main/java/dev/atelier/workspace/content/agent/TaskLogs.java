// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds what tasks have written in a folder that they themselves could fill with anything. */
final class TaskLogs {
  private TaskLogs() {}

  /** The logs, in order of the tasks; plain files alone, since a link could lead anywhere. */
  static List<Path> in(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("task-\\d{1,4}\\.log"))
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .sorted(
              (one, other) -> {
                String a = one.getFileName().toString();
                String b = other.getFileName().toString();
                return a.length() == b.length()
                    ? a.compareTo(b)
                    : Integer.compare(a.length(), b.length());
              })
          .toList();
    }
  }
}
