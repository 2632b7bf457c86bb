// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.util.ArrayList;
import java.util.List;

/** The command lines of GNU tar. Standard output or input is the tar, standard error its notes. */
final class Tar {
  /** Of 512 bytes, read and written at once: as much as a pipe holds. */
  static final int BLOCKS = 128;

  /**
   * Runs the rest as root of a user namespace in which nobody else exists, where that is possible:
   * so a file's owner may read it, whatever its permissions. What ends with the manager must be
   * asked for again, for entering the namespace revokes it.
   */
  private static final String AS_OWNER =
      """
      if unshare --map-root-user true 2>/dev/null; then
        if unshare --map-root-user setpriv --pdeathsig KILL true 2>/dev/null; then
          exec unshare --map-root-user setpriv --pdeathsig KILL "$@"
        fi
        exec unshare --map-root-user "$@"
      fi
      exec "$@"
      """;

  /** Moves what it reads, pairs of names, and leaves the times of the folders as they were. */
  private static final String MOVE =
      """
      root=$(stat -c @%.9Y .) && xargs -0 -r -n 2 sh -ec '
        parent=${2%/*}
        time=$(stat -c @%.9Y -- "$parent")
        mv -T -- "$1" "$2"
        touch -d "$time" -- "$parent"
      ' move && touch -d "$root" .
      """;

  private Tar() {}

  static List<String> pack(String folder) {
    return asOwner(
        "tar",
        "--create",
        "--file=-",
        "--blocking-factor=" + BLOCKS,
        "--format=posix",
        // No process id in it, and no times that change by being read.
        "--pax-option=exthdr.name=pax,delete=atime,delete=ctime",
        "--sort=name",
        "--sparse",
        "--xattrs",
        "--xattrs-include=user.*",
        "--numeric-owner",
        // Whoever the files belong to: "+0" would let strangers' numbers through.
        "--owner=:0",
        "--group=:0",
        "--one-file-system",
        "--ignore-failed-read",
        "--quoting-style=escape",
        "--directory=" + folder,
        "--",
        ".");
  }

  /**
   * Unpacks.
   *
   * @param scattered whether it comes back to folders that it has left; to remember all of them
   *     takes memory
   */
  static List<String> unpack(String folder, boolean scattered) {
    return asOwner(
        "tar",
        "--extract",
        "--file=-",
        "--blocking-factor=" + BLOCKS,
        "--same-permissions",
        "--no-same-owner",
        "--xattrs",
        "--xattrs-include=user.*",
        "--no-acls",
        "--no-selinux",
        "--quoting-style=escape",
        "--warning=no-timestamp",
        scattered ? "--delay-directory-restore" : "--no-delay-directory-restore",
        "--directory=" + folder);
  }

  static List<String> move() {
    return asOwner("sh", "-c", MOVE);
  }

  static List<String> asOwner(String... command) {
    List<String> words = new ArrayList<>(List.of("sh", "-c", AS_OWNER, "tar"));
    words.addAll(List.of(command));
    return words;
  }
}
