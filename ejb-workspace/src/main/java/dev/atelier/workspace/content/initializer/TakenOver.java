// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A repository that somebody else has worked in. Its configuration could name programs, which git
 * would run here, beside credentials and on the host's network: so it is laid aside until the work
 * is done, and submodules, which have one of their own, are made anew or left alone. One that leads
 * to another repository, whose configuration git would read in turn, is not worked in.
 */
final class TakenOver {
  private static final String CONFIG = ".git/config";
  private static final String ASIDE = ".git/atelier-config";

  /**
   * Without links, pipes (in or below it), shared parts, a second configuration, or remotes that
   * are kept in files of their own.
   */
  private static final String IS_ORDINARY =
      """
      for folder in .git .git/objects .git/refs; do
        test -d "$folder" && test ! -L "$folder" || exit 0
      done
      for file in .git/config .git/HEAD; do
        test -f "$file" && test ! -L "$file" || exit 0
      done
      for more in commondir config.worktree objects/info/alternates remotes branches; do
        test ! -e ".git/$more" || exit 0
      done
      odd=$(find .git ! -type f ! -type d -print -quit)
      test -z "$odd" || exit 0
      odd=$(find . -xdev \\( -name '.git*' -o -path '*/.git/*' \\) \\
        \\( -type p -o -type l -xtype p \\) -print -quit)
      test -z "$odd" || exit 0
      echo yes
      """;

  private static final String LAY_ASIDE =
      """
      find .git -name '*.lock' -type f -exec rm -f -- {} + &&
      mv -fT .git/config .git/atelier-config &&
      printf '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n' >.git/config &&
      printf '\tbare = false\n\tlogallrefupdates = true\n' >>.git/config
      """;

  private static final String CLEAR =
      """
      rm -rf -- "$1" ".git/modules/$2" && mkdir -p -- "$1"
      """;

  static final Pattern NO_NAME = Pattern.compile("(^|/)\\.{0,2}(/|$)");

  private final GitProgram git;
  private final String folder;

  TakenOver(GitProgram git, String folder) {
    this.git = git;
    this.folder = folder;
  }

  /** Makes it safe to work in, if it is an ordinary checkout of the remote. */
  void begin(RemoteUri remote) throws ContentFault, InterruptedException {
    String ordinary = git.script(folder, Source.NONE, IS_ORDINARY);
    if (!ordinary.strip().equals("yes")) {
      throw new ContentFault("there is no ordinary checkout in " + shown());
    }
    // Read as a file: nothing that it names is followed.
    String url = config("--get", "remote.origin.url").output().strip();
    if (!same(url, remote.clean())) {
      throw new ContentFault("the checkout in " + shown() + " is of another remote");
    }
    if (config("--get-regexp", "^extensions\\.").well()) {
      throw new ContentFault("the checkout in " + shown() + " is of a special kind");
    }
    git.script(folder, Source.NONE, LAY_ASIDE);
    // Else git would go on to the folders around it, and to what is configured there.
    if (!git.must(folder, "rev-parse", "--git-dir").strip().equals(".git")) {
      throw new ContentFault("the checkout in " + shown() + " is not whole");
    }
  }

  private String shown() {
    return folder.isEmpty() ? "the workspace folder" : folder;
  }

  private static boolean same(String one, String other) {
    return plain(one).equals(plain(other));
  }

  private static String plain(String url) {
    String text = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    return text.endsWith(".git") ? text.substring(0, text.length() - 4) : text;
  }

  private GitProgram.Ended config(String... arguments) throws ContentFault, InterruptedException {
    // Without a repository: it would be asked for the settings of git config itself.
    List<String> command =
        new ArrayList<>(List.of("--git-dir=/dev/null", "config", "--file", CONFIG));
    command.addAll(List.of(arguments));
    return git.run(folder, command.toArray(String[]::new));
  }

  /** Checks out; what was changed stays where it is not in the way. */
  GitProgram.Ended checkOut(Network network, String... how)
      throws ContentFault, InterruptedException {
    // Quiet: to tell of local changes git would look into submodules.
    List<String> command = new ArrayList<>(List.of("checkout", "--quiet"));
    command.addAll(List.of(how));
    command.add("--");
    GitProgram.Ended ended = git.run(network, folder, command.toArray(String[]::new));
    if (ended.well()) {
      return ended;
    }
    git.tell("What the prebuild changed is in the way; tracked files become those of the revision");
    command.add(1, "--force");
    GitProgram.Ended forced = git.run(network, folder, command.toArray(String[]::new));
    git.wellEnded(forced);
    return forced;
  }

  /**
   * Empties those submodules that the revision has at another commit than {@code before}, or that
   * were not there; the others stay, with all that was built in them.
   */
  List<String> clearedSubmodules(String before) throws ContentFault, InterruptedException {
    List<String> cleared = new ArrayList<>();
    if (git.script(folder, Source.NONE, "test ! -f .gitmodules || echo yes").isEmpty()) {
      return cleared;
    }
    String known =
        git.run(folder, "config", "--file", ".gitmodules", "-z", "--get-regexp", "\\.path$")
            .output();
    for (String entry : known.split("\0", -1)) {
      String[] parts = entry.split("\n", 2);
      if (parts.length < 2 || !parts[0].matches("(?s)submodule\\..+\\.path")) {
        continue;
      }
      String name = parts[0].substring("submodule.".length(), parts[0].length() - ".path".length());
      String path = parts[1];
      if (NO_NAME.matcher(name).find() || NO_NAME.matcher(path).find()) {
        continue;
      }
      String now = git.must(folder, "ls-tree", "HEAD", "--", path);
      boolean stays = !before.isEmpty() && there(path) && commit(before, path).equals(now);
      if (!now.isEmpty() && !stays) {
        git.script(folder, Source.NONE, CLEAR, path, name);
        cleared.add(path);
      }
    }
    return cleared;
  }

  private String commit(String revision, String path) throws ContentFault, InterruptedException {
    return git.run(folder, "ls-tree", revision, "--", path).output();
  }

  private boolean there(String path) throws ContentFault, InterruptedException {
    return !git.script(folder, Source.NONE, "test ! -e \"$1/.git\" || echo yes", path).isEmpty();
  }

  /** Puts its own configuration back, with the remotes and branches that came. */
  void end() throws ContentFault, InterruptedException {
    String added =
        git.must(folder, "config", "--file", CONFIG, "-z", "--get-regexp", "^(branch|remote|sub)");
    git.script(folder, Source.NONE, "mv -fT " + ASIDE + " " + CONFIG);
    for (String entry : added.split("\0", -1)) {
      String[] parts = entry.split("\n", 2);
      if (parts.length == 2) {
        config("--replace-all", parts[0], parts[1]);
      }
    }
  }
}
