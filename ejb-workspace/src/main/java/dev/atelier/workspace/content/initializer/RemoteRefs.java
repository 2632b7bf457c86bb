// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a remote says of itself before anything is fetched.
 *
 * @param head the commit of its head; empty when it has none
 * @param defaultBranch the branch that its head is on; empty when it is on none
 * @param hasBranch whether it has the branch that was asked for
 */
record RemoteRefs(String head, String defaultBranch, boolean hasBranch) {
  private static final String HEADS = "refs/heads/";
  private static final String PEELED = "^{}";
  private static final String UNBORN_FOLDER = ".git/atelier-unborn";

  /** Asks the remote of a checkout. */
  static RemoteRefs read(GitProgram git, String folder, String branch)
      throws ContentFault, InterruptedException {
    String wanted = HEADS + branch;
    String[] lines =
        git.mustReach(
                folder,
                "ls-remote",
                "--symref",
                "origin",
                "HEAD",
                HEADS + "main",
                HEADS + "master",
                wanted)
            .split("\n", -1);
    String head = "";
    String symbolic = "";
    boolean found = false;
    for (String line : lines) {
      String[] parts = line.split("\t", 2);
      if (parts.length < 2) {
        continue;
      }
      if (parts[1].equals("HEAD") && parts[0].startsWith("ref: ")) {
        symbolic = parts[0].substring(5);
      } else if (parts[1].equals("HEAD")) {
        head = parts[0];
      }
      found |= parts[1].equals(wanted) && !branch.isEmpty();
    }
    if (symbolic.isEmpty() && !head.isEmpty()) {
      symbolic = guess(lines, head);
    }
    boolean onBranch = symbolic.startsWith(HEADS);
    return new RemoteRefs(head, onBranch ? symbolic.substring(HEADS.length()) : "", found);
  }

  /** The object that the first of these names leads to which the remote has; a tag's own object. */
  static Optional<String> named(GitProgram git, String folder, List<String> names)
      throws ContentFault, InterruptedException {
    List<String> ask = new ArrayList<>(List.of("ls-remote", "origin"));
    for (String name : names) {
      ask.addAll(List.of(name, name + PEELED));
    }
    Map<String, String> there = new HashMap<>();
    for (String line : git.mustReach(folder, ask.toArray(String[]::new)).split("\n", -1)) {
      String[] parts = line.split("\t", 2);
      if (parts.length == 2) {
        there.put(parts[1], parts[0]);
      }
    }
    return names.stream()
        .filter(there::containsKey)
        .findFirst()
        .map(name -> there.getOrDefault(name + PEELED, there.get(name)));
  }

  /** Old servers do not say which branch their head is on. */
  private static String guess(String[] lines, String head) {
    for (String line : lines) {
      if (line.equals(head + "\t" + HEADS + "main")
          || line.equals(head + "\t" + HEADS + "master")) {
        return line.substring(line.indexOf('\t') + 1);
      }
    }
    return "";
  }

  /** Whether its head has no commit. */
  boolean isEmpty() {
    return head.isEmpty();
  }

  /**
   * What is taken where its head leads nowhere: itself when it has no branch and no tag at all.
   *
   * @throws ContentFault nothing says which of its branches that would be; names them
   */
  RemoteRefs instead(GitProgram git, String folder) throws ContentFault, InterruptedException {
    Map<String, String> branches = new LinkedHashMap<>();
    String all = git.mustReach(folder, "ls-remote", "--heads", "--tags", "origin");
    for (String line : all.split("\n", -1)) {
      String[] parts = line.split("\t", 2);
      if (parts.length == 2 && parts[1].startsWith(HEADS)) {
        branches.put(parts[1].substring(HEADS.length()), parts[0]);
      }
    }
    if (all.isBlank()) {
      return this;
    }
    Optional<String> taken =
        Stream.of("main", "master")
            .filter(branches::containsKey)
            .findFirst()
            .or(
                () ->
                    branches.size() == 1
                        ? branches.keySet().stream().findFirst()
                        : Optional.empty());
    if (taken.isEmpty()) {
      throw new ContentFault(
          "the remote's default branch does not exist, and of its branches none is main or master: "
              + branches.keySet().stream().limit(20).collect(Collectors.joining(", ")));
    }
    git.note("the remote's default branch does not exist; taking " + taken.get());
    return new RemoteRefs(branches.get(taken.get()), taken.get(), hasBranch);
  }

  /** The branch that an empty remote's first commit goes to. */
  String unbornBranch(GitProgram git, String folder, RemoteUri remote)
      throws ContentFault, InterruptedException {
    // Only a clone asks for it; ls-remote does not say.
    GitProgram.Ended cloned =
        git.reach(
            folder,
            "clone",
            "--quiet",
            "--bare",
            "--depth=1",
            "--template=",
            remote.clean(),
            UNBORN_FOLDER);
    String head =
        cloned.well()
            ? git.must(folder, "--git-dir=" + UNBORN_FOLDER, "symbolic-ref", "--short", "HEAD")
            : "main";
    git.script(folder, Source.NONE, "rm -rf " + UNBORN_FOLDER);
    return head.strip();
  }
}
