// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.domain.GitStatus;
import java.util.ArrayList;
import java.util.List;

/** The first entries of a list, and how many there are. */
final class Excerpt implements Records.Taker {
  private final List<String> entries = new ArrayList<>();
  private long total;

  @Override
  public void take(String entry) {
    total++;
    if (entries.size() < GitStatus.LIMIT) {
      entries.add(entry);
    }
  }

  List<String> entries() {
    return entries;
  }

  long total() {
    return total;
  }
}
