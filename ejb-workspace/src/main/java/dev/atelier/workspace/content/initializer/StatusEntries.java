package dev.atelier.workspace.content.initializer;

import java.util.List;

/** Understands {@code git status --porcelain=v2 -z --branch --no-renames}. */
final class StatusEntries implements Records.Taker {
  private static final String OID = "# branch.oid ";
  private static final String HEAD = "# branch.head ";

  private final Excerpt changed = new Excerpt();
  private final Excerpt untracked = new Excerpt();
  private String commit = "";
  private String branch = "";

  @Override
  public void take(String entry) {
    if (entry.startsWith(OID)) {
      String oid = entry.substring(OID.length());
      commit = oid.equals("(initial)") ? "" : oid;
    } else if (entry.startsWith(HEAD)) {
      String head = entry.substring(HEAD.length());
      branch = head.equals("(detached)") ? "" : head;
    } else if (entry.startsWith("? ")) {
      untracked.take(entry.substring(2));
    } else if (entry.startsWith("1 ")) {
      // 1 XY sub mH mI mW hH hI path
      changed.take(path(entry, 8));
    } else if (entry.startsWith("u ")) {
      // u XY sub m1 m2 m3 mW h1 h2 h3 path
      changed.take(path(entry, 10));
    }
  }

  private static String path(String entry, int fields) {
    int at = 0;
    for (int i = 0; i < fields; i++) {
      at = entry.indexOf(' ', at) + 1;
    }
    return entry.substring(at);
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

  List<String> untracked() {
    return untracked.entries();
  }

  long totalUntracked() {
    return untracked.total();
  }
}
