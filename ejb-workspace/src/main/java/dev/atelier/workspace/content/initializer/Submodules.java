// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The submodules of a checkout, each brought by itself at every depth: one that cannot be had
 * leaves the others whole, and is told.
 */
final class Submodules {
  private static final int DEEPEST = 16;
  private static final int MOST = 1_000;
  private static final Pattern GITLINK = Pattern.compile("160000 [0-9a-f]+ 0\t(.+)");

  /** What git says where the history it was given ends before the commit that is wanted. */
  private static final Pattern TOO_SHALLOW =
      Pattern.compile("did not contain|Direct fetching|shallow|not our ref|not a tree");

  private final GitProgram git;
  private final LargeFiles largeFiles;
  private final String folder;
  private final boolean shallow;
  private boolean hasLargeFiles;
  private int brought;

  /**
   * Brings none yet.
   *
   * @param folder the checkout, relative to the workspace folder
   * @param shallow without history where that is enough
   */
  Submodules(GitProgram git, LargeFiles largeFiles, String folder, boolean shallow) {
    this.git = git;
    this.largeFiles = largeFiles;
    this.folder = folder;
    this.shallow = shallow;
  }

  /** Brings all of them. */
  void bringAll() throws ContentFault, InterruptedException {
    if (listed("")) {
      begin();
      bring("", links(""), 1);
    }
  }

  /** Brings some of the checkout's own, with those in them. */
  void bring(List<String> paths) throws ContentFault, InterruptedException {
    begin();
    bring("", paths, 1);
  }

  private void begin() throws ContentFault, InterruptedException {
    git.tell("Updating submodules");
    git.disconnectSsh();
    // Which of them have large files shows once they are checked out.
    hasLargeFiles = largeFiles.offer(folder);
  }

  private void bring(String outer, List<String> paths, int depth)
      throws ContentFault, InterruptedException {
    for (String path : paths) {
      String whole = outer.isEmpty() ? path : outer + "/" + path;
      if (++brought > MOST || depth > DEEPEST) {
        git.note("submodules from " + whole + " on are left out: there are too many");
        return;
      }
      if (bring(outer, path, whole) && listed(whole)) {
        bring(whole, links(whole), depth + 1);
      }
    }
  }

  private boolean bring(String outer, String path, String whole)
      throws ContentFault, InterruptedException {
    GitProgram.Ended ended = update(outer, path, shallow);
    if (!ended.well() && shallow && TOO_SHALLOW.matcher(ended.lastWords()).find()) {
      deepen(whole);
      ended = update(outer, path, false);
    }
    if (!ended.well()) {
      git.note("submodule " + whole + " is missing: " + reason(ended.lastWords()));
    } else if (checkedOut(whole) && largeFiles.wanted(in(whole), "HEAD")) {
      keepLargeFiles(whole, ended.lastWords());
    }
    return ended.well();
  }

  private void keepLargeFiles(String whole, String words)
      throws ContentFault, InterruptedException {
    if (hasLargeFiles) {
      largeFiles.configure(in(whole));
      largeFiles.tellPointers(in(whole), whole + "/", words);
    } else {
      largeFiles.missed();
    }
  }

  private GitProgram.Ended update(String outer, String path, boolean cut)
      throws ContentFault, InterruptedException {
    List<String> update = new ArrayList<>(List.of("submodule", "update", "--init", "--progress"));
    if (cut) {
      update.add("--depth=1");
    }
    update.addAll(List.of("--", path));
    return git.reach(in(outer), update.toArray(String[]::new));
  }

  /** Gives one that has come without its history all of it: the commit may lie on any branch. */
  private void deepen(String whole) throws ContentFault, InterruptedException {
    if (!checkedOut(whole)) {
      return;
    }
    // How it ended shows in the next update.
    GitProgram.Ended unused =
        git.reach(
            in(whole),
            "fetch",
            "--progress",
            "--tags",
            "--unshallow",
            "origin",
            "+refs/heads/*:refs/remotes/origin/*");
  }

  /** Whether it has a repository of its own: without one, git would take the one around it. */
  private boolean checkedOut(String whole) throws ContentFault, InterruptedException {
    return !git.script(in(whole), Source.NONE, "test ! -e .git || echo yes").isEmpty();
  }

  private String in(String path) {
    return folder.isEmpty() || path.isEmpty() ? folder + path : folder + "/" + path;
  }

  private boolean listed(String outer) throws ContentFault, InterruptedException {
    String test = "test ! -f .gitmodules || echo yes";
    return !git.script(in(outer), Source.NONE, test).isEmpty();
  }

  /** Those that the index has a commit for; what is only named in .gitmodules is none. */
  private List<String> links(String outer) throws ContentFault, InterruptedException {
    Set<String> named = new TreeSet<>();
    String known =
        git.run(in(outer), "config", "--file", ".gitmodules", "-z", "--get-regexp", "\\.path$")
            .output();
    for (String entry : known.split("\0", -1)) {
      String[] parts = entry.split("\n", 2);
      if (parts.length == 2 && !TakenOver.NO_NAME.matcher(parts[1]).find()) {
        named.add(parts[1]);
      }
    }
    if (named.isEmpty()) {
      return List.of();
    }
    List<String> list = new ArrayList<>(List.of("--literal-pathspecs", "ls-files", "-s", "-z"));
    list.add("--");
    named.stream().limit(MOST + 1L).forEach(list::add);
    List<String> links = new ArrayList<>();
    for (String entry : git.must(in(outer), list.toArray(String[]::new)).split("\0", -1)) {
      Matcher link = GITLINK.matcher(entry);
      if (link.matches() && named.contains(link.group(1))) {
        links.add(link.group(1));
      }
    }
    return links;
  }

  /** The first of git's complaints; those that follow only say what became of it. */
  private String reason(String words) {
    Optional<String> silent = git.silent(words);
    if (silent.isPresent()) {
      return silent.get();
    }
    List<String> lines = words.lines().toList();
    return lines.stream()
        .filter(line -> line.matches("(fatal|error|remote): .*"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .orElse(lines.isEmpty() ? "git did not say why" : lines.get(lines.size() - 1));
  }
}
