// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Understands {@code git status --porcelain=v2 -z --branch --no-renames --untracked-files=no}, as
 * strings of bytes, and what is known beside it.
 */
final class StatusEntries implements Records.Taker {
  private static final String OID = "# branch.oid ";
  private static final String HEAD = "# branch.head ";

  private final Excerpt changed = new Excerpt();
  private final Set<String> missing;
  private String commit = "";
  private String branch = "";

  /**
   * Of one status.
   *
   * @param known paths that are changed, whether or not git sees it
   */
  StatusEntries(Set<String> known) {
    this.missing = new HashSet<>(known);
  }

  @Override
  public void take(String entry) {
    if (entry.startsWith(OID)) {
      String oid = entry.substring(OID.length());
      commit = oid.equals("(initial)") ? "" : oid;
    } else if (entry.startsWith(HEAD)) {
      String head = entry.substring(HEAD.length());
      branch = head.equals("(detached)") ? "" : NestedRepositories.shown(head);
    } else if (entry.startsWith("1 ")) {
      // 1 XY sub mH mI mW hH hI path
      change(path(entry, 8));
    } else if (entry.startsWith("u ")) {
      // u XY sub m1 m2 m3 mW h1 h2 h3 path
      change(path(entry, 10));
    }
  }

  private void change(String path) {
    missing.remove(path);
    changed.take(NestedRepositories.shown(path));
  }

  private static String path(String entry, int fields) {
    int at = 0;
    for (int i = 0; i < fields; i++) {
      at = entry.indexOf(' ', at) + 1;
    }
    return entry.substring(at);
  }

  /** Adds what is known to be changed, and was not told. */
  void end() {
    missing.stream().sorted().forEach(path -> changed.take(NestedRepositories.shown(path)));
    missing.clear();
  }

  boolean unborn() {
    return commit.isEmpty();
  }

  String branch() {
    return branch;
  }

  String commit() {
    return commit;
  }

  List<String> changed() {
    return changed.entries();
  }

  long totalChanged() {
    return changed.total();
  }
}
