// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds entries to the one order in which our tar writes them: a folder before what is in it,
 * siblings ascending. So nothing comes twice, nothing lies below what is no folder of this archive,
 * and the memory that it takes is that of one path.
 */
final class EntryOrder {
  /** Down from the workspace folder: the open folders, then the last entry if it was none. */
  private final List<byte[]> path = new ArrayList<>();

  private int open = -1;

  void next(EntryName name, boolean folder) throws Refused {
    if (open < 0 ? !name.parts().isEmpty() || !folder : name.parts().isEmpty()) {
      throw Refused.hostile("it must begin with the folder itself, which must not come again");
    }
    int last = name.parts().size() - 1;
    if (last < 0) {
      open = 0;
      return;
    }
    if (last > open) {
      throw Refused.hostile("an entry below what is no folder");
    }
    for (int i = 0; i < last; i++) {
      if (!Arrays.equals(path.get(i), name.parts().get(i))) {
        throw Refused.hostile("an entry below what is no folder");
      }
    }
    byte[] part = name.parts().get(last);
    if (path.size() > last && Arrays.compareUnsigned(path.get(last), part) >= 0) {
      throw Refused.hostile("an entry that comes twice or out of order");
    }
    path.subList(last, path.size()).clear();
    path.add(part);
    open = folder ? last + 1 : last;
  }

  /** Whether that name stood before the entry seen last, and is no folder around it. */
  boolean before(EntryName name) {
    List<byte[]> parts = name.parts();
    for (int i = 0; i < parts.size() && i < path.size(); i++) {
      int order = Arrays.compareUnsigned(parts.get(i), path.get(i));
      if (order != 0) {
        return order < 0;
      }
    }
    return false;
  }
}
