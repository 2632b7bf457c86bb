// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The name of an entry, as bytes: what is between the slashes, below the workspace folder.
 *
 * @param parts none for the workspace folder itself
 * @param folder whether it ended with a slash
 */
record EntryName(List<byte[]> parts, boolean folder) {
  private static final int PART_LENGTH = 255;

  /** Reads a name as tar writes it, {@code ./folder/file} or {@code ./folder/}. */
  static EntryName parse(byte[] name) throws Refused {
    if (name.length < 2 || name[0] != '.' || name[1] != '/') {
      throw Refused.hostile("a name outside of the folder: " + shown(name));
    }
    List<byte[]> parts = new ArrayList<>();
    int start = 2;
    for (int i = 2; i <= name.length; i++) {
      if (i == name.length ? start < i : name[i] == '/') {
        parts.add(part(Arrays.copyOfRange(name, start, i), name));
        start = i + 1;
      }
    }
    return new EntryName(parts, name[name.length - 1] == '/');
  }

  private static byte[] part(byte[] part, byte[] name) throws Refused {
    boolean dots = part.length <= 2 && part.length > 0 && part[0] == '.';
    if (part.length == 0
        || part.length > PART_LENGTH
        || (dots && (part.length == 1 || part[1] == '.'))) {
      throw Refused.hostile("a name that leads elsewhere: " + shown(name));
    }
    for (byte b : part) {
      if (b == 0) {
        throw Refused.hostile("a name with a NUL: " + shown(name));
      }
    }
    return part;
  }

  /** For people: short, printable. */
  static String shown(byte[] name) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    return Notes.printable(text.length() <= 100 ? text : text.substring(0, 97) + "...");
  }
}
