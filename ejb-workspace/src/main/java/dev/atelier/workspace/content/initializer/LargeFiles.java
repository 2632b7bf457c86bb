// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Git LFS in the checkouts of one operation: its filters, and what stays a pointer. */
final class LargeFiles {
  private static final String SMUDGE = "Smudge error: ";
  private static final Pattern POINTER = Pattern.compile("[0-9a-f]+ - (.+)");

  /** How Git LFS says that nothing came: by which connection, for it knows no more. */
  private static final Pattern SILENT =
      Pattern.compile("tcp (?:\\S+:(\\d{1,5})->)?(\\S+:\\d{1,5}): i/o timeout");

  /** It asks twice, whatever it is told. */
  private static final int TRIES = 2;

  private final GitProgram git;
  private final Duration patience;
  private Optional<Boolean> installed = Optional.empty();
  private boolean told;

  /**
   * Asks for none yet.
   *
   * @param patience how long a server may send nothing; at least 2 s
   */
  LargeFiles(GitProgram git, Duration patience) {
    this.git = git;
    this.patience = patience;
  }

  /** Whether a commit of a checkout has any. */
  boolean wanted(String folder, String commit) throws ContentFault, InterruptedException {
    return git.run(folder, "grep", "--quiet", "-e", "filter=lfs", commit, "--", "*.gitattributes")
        .well();
  }

  /**
   * Lets git bring them, if that can be: without the filters a checkout would hold pointers.
   *
   * @return whether the program is here
   */
  boolean offer(String folder) throws ContentFault, InterruptedException {
    if (installed.isEmpty()) {
      installed = Optional.of(git.run(folder, "lfs", "version").well());
      if (installed.get()) {
        CustomConfig.LFS.forEach(git::set);
        git.set("lfs.skipdownloaderrors", "true");
        git.set("lfs.transfer.maxretries", "1");
        git.set("lfs.activitytimeout", Long.toString(patience.toSeconds() / TRIES));
      }
    }
    return installed.get();
  }

  /** Says that there are some which cannot be had; once. */
  void missed() {
    if (!told) {
      told = true;
      git.note("Git LFS is not installed; its files stay pointers");
    }
  }

  /** Leaves the filters in a checkout that others have the configuration of. */
  void configure(String folder) throws ContentFault, InterruptedException {
    for (Map.Entry<String, String> filter : CustomConfig.KEPT_LFS.entrySet()) {
      git.must(folder, "config", filter.getKey(), filter.getValue());
    }
  }

  /**
   * Tells of those that could not be had, and stay pointers.
   *
   * @param before what stands before their paths
   * @param words what git said meanwhile
   */
  void tellPointers(String folder, String before, String words)
      throws ContentFault, InterruptedException {
    for (String line : git.run(folder, "lfs", "ls-files").output().split("\n", -1)) {
      Matcher pointer = POINTER.matcher(line);
      if (pointer.matches()) {
        git.note(before + pointer.group(1) + " is a pointer: " + why(pointer.group(1), words));
      }
    }
  }

  private String why(String path, String words) {
    String said =
        words
            .lines()
            .filter(one -> one.contains(path) && one.contains(SMUDGE))
            .map(one -> one.substring(one.indexOf(SMUDGE) + SMUDGE.length()))
            .findFirst()
            .orElse("it could not be had");
    Matcher silent = SILENT.matcher(said);
    return silent.find()
        ? git.behind(silent.group(1), silent.group(2))
            + " has sent nothing for "
            + patience.toSeconds()
            + " s"
        : said;
  }
}
