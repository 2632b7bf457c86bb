// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Paths that no system call takes. Tar packs them step by step, but unpacks by the whole path; so a
 * folder whose path becomes too long is unpacked at the top, under a name that nobody can guess,
 * and moved to its place in the end. Names are text of one byte a character.
 */
final class LongPaths {
  /** With a last name of 255 bytes it still stays below the 4,096 bytes that the kernel takes. */
  private static final int LONGEST_FOLDER = 3_000;

  private static final int MOST = 4_096;

  private final String prefix = "./.restoring-" + UUID.randomUUID() + "-";
  private final Map<String, String> places = new LinkedHashMap<>();

  /** Where an entry is to be unpacked. */
  byte[] place(byte[] name, EntryName entry) throws Refused {
    if (name.length <= LONGEST_FOLDER) {
      return name;
    }
    List<byte[]> parts = entry.parts();
    StringBuilder path = path(entry.folder() ? parts.subList(0, parts.size() - 1) : parts);
    if (entry.folder()) {
      append(path, parts.get(parts.size() - 1));
      if (path.length() > LONGEST_FOLDER) {
        if (places.size() == MOST) {
          throw new Refused(
              Reason.TOO_LARGE, "more than " + MOST + " folders lie too deep to be restored");
        }
        String top = prefix + places.size();
        places.put(path.toString(), top);
        path = new StringBuilder(top);
      }
      path.append('/');
    }
    return path.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Where an entry was unpacked. */
  byte[] place(byte[] target) throws Refused {
    return target.length <= LONGEST_FOLDER
        ? target
        : path(EntryName.parse(target).parts()).toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private StringBuilder path(List<byte[]> parts) {
    StringBuilder path = new StringBuilder(".");
    for (byte[] part : parts) {
      append(path, part);
      String place = path.length() > LONGEST_FOLDER ? places.get(path.toString()) : null;
      if (place != null) {
        path = new StringBuilder(place);
      }
    }
    return path;
  }

  private static void append(StringBuilder path, byte[] part) {
    path.append('/').append(new String(part, StandardCharsets.ISO_8859_1));
  }

  boolean moved() {
    return !places.isEmpty();
  }

  /** Writes from where to where, the innermost first, each name followed by a NUL. */
  void writeMoves(OutputStream to) throws IOException {
    List<Map.Entry<String, String>> moves = new ArrayList<>(places.entrySet());
    Collections.reverse(moves);
    for (Map.Entry<String, String> move : moves) {
      String line = move.getValue() + "\0" + move.getKey() + "\0";
      to.write(line.getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
