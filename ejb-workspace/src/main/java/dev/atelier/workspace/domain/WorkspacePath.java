// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Paths that clients send: relative to the workspace folder, which is {@code /workspace} inside.
 */
public final class WorkspacePath {
  /** Where every instance sees its workspace folder. */
  public static final String ROOT = "/workspace";

  /** What Linux file systems allow in one name, in bytes. */
  private static final int MAX_NAME = 255;

  /** Linux' PATH_MAX less the root and the final NUL, in bytes. */
  private static final int MAX_PATH = 4096 - ROOT.length() - 2;

  private WorkspacePath() {}

  /**
   * The path below the workspace folder without {@code .}, {@code ..} and double slashes; empty
   * text for the folder itself. Empty when it leads out of the folder or no file can have it.
   */
  public static Optional<String> normalize(String path) {
    if (path.chars().anyMatch(Character::isISOControl)) {
      return Optional.empty();
    }
    String relative = path;
    if (path.equals("/") || path.equals(ROOT)) {
      relative = "";
    } else if (path.startsWith("/")) {
      if (!path.startsWith(ROOT + "/")) {
        return Optional.empty();
      }
      relative = path.substring(ROOT.length() + 1);
    }
    Deque<String> names = new ArrayDeque<>();
    for (String name : relative.split("/", -1)) {
      if (name.equals("..")) {
        if (names.pollLast() == null) {
          return Optional.empty();
        }
      } else if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
        return Optional.empty();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    String normal = String.join("/", names);
    return normal.getBytes(StandardCharsets.UTF_8).length > MAX_PATH
        ? Optional.empty()
        : Optional.of(normal);
  }

  /** The path as the instance sees it: absolute, at or below {@code /workspace}. */
  public static String inside(String normalized) {
    return normalized.isEmpty() ? ROOT : ROOT + "/" + normalized;
  }
}
