// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import dev.atelier.workspace.domain.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes one checkout, or brings a prebuild's to a revision.
 *
 * <p>Made anew, files that were there before stay, but those in the way of the repository's own; a
 * {@code .git} that was there is what an interrupted attempt left, and goes. Of a prebuild,
 * everything stays that is not in the way of the revision; where the prebuild has changed a tracked
 * file that is, all tracked files become those of the revision.
 */
final class GitCheckout {
  private static final String HEADS = "refs/heads/";
  private static final String TAGS = "refs/tags/";
  private static final String ORIGIN = "refs/remotes/origin/";

  /** Keeps what a detached checkout began with from looking like work that was never pushed. */
  static final String INITIAL_REFS = "refs/workspace/*";

  private static final String INITIAL = "refs/workspace/initial";

  private final GitProgram git;
  private final Initializer.Git step;
  private final RemoteUri remote;
  private final String folder;
  private final TakenOver taken;
  private final CustomConfig config;
  private final LargeFiles largeFiles;
  private boolean existing;
  private boolean useLfs;

  GitCheckout(GitProgram git, Initializer.Git step, RemoteUri remote) throws ContentFault {
    this.git = git;
    this.step = step;
    this.remote = remote;
    this.folder = step.checkoutLocation();
    this.taken = new TakenOver(git, folder);
    this.config = new CustomConfig(step.customConfig());
    this.largeFiles = new LargeFiles(git, config.patience());
  }

  /** Does all of it; the folder exists already and lies in the workspace. */
  void make() throws ContentFault, InterruptedException {
    git.tell("Cloning " + remote.clean());
    config.forTransfer().forEach(git::set);
    git.script(folder, Source.NONE, "rm -rf .git");
    git.must(folder, "init", "--quiet", "--template=");
    addRemotes();
    checkOutTarget();
    new Submodules(git, largeFiles, folder, !step.fullClone()).bringAll();
    if (useLfs) {
      config.addLfs();
    }
    git.script(folder, config.source(), "mkdir -p .git/info .git/hooks && exec cat >>.git/config");
  }

  /**
   * Brings a checkout that somebody else has made, and may have prepared, to the revision.
   *
   * @return whether that is another commit than the one that was checked out
   * @throws ContentFault also when it is no checkout of the remote, or not an ordinary one; what is
   *     there then is of no use
   */
  boolean update() throws ContentFault, InterruptedException {
    git.tell("Updating " + remote.clean());
    config.forTransfer().forEach(git::set);
    taken.begin(remote);
    existing = true;
    addRemotes();
    String before = revision("HEAD").output().strip();
    checkOutTarget();
    List<String> stale = taken.clearedSubmodules(before);
    if (!stale.isEmpty()) {
      new Submodules(git, largeFiles, folder, !step.fullClone()).bring(stale);
    }
    if (useLfs) {
      config.addLfs();
    }
    boolean moved = !revision("HEAD").output().strip().equals(before);
    taken.end();
    git.script(folder, config.source(), "mkdir -p .git/info .git/hooks && exec cat >>.git/config");
    return moved;
  }

  private void addRemotes() throws ContentFault, InterruptedException {
    git.must(folder, "remote", "add", "origin", remote.clean());
    if (!step.upstreamRemoteUri().isEmpty()) {
      String upstream = RemoteUri.parse(step.upstreamRemoteUri()).clean();
      git.must(folder, "remote", "add", "upstream", upstream);
    }
  }

  private void checkOutTarget() throws ContentFault, InterruptedException {
    switch (step.targetMode()) {
      case REMOTE_HEAD -> checkOutHead(RemoteRefs.read(git, folder, ""), "");
      case REMOTE_BRANCH -> checkOutBranch();
      case LOCAL_BRANCH -> checkOutHead(RemoteRefs.read(git, folder, ""), step.cloneTarget());
      case REMOTE_COMMIT -> checkOutCommit();
    }
  }

  private void checkOutBranch() throws ContentFault, InterruptedException {
    RemoteRefs refs = RemoteRefs.read(git, folder, step.cloneTarget());
    if (refs.hasBranch()) {
      fetchBranches(step.cloneTarget());
      checkOutTracking(step.cloneTarget());
      if (step.fullClone()) {
        rememberHead(refs);
      }
      return;
    }
    RemoteRefs there = refs.isEmpty() ? refs.instead(git, folder) : refs;
    if (!there.isEmpty()) {
      git.note("there is no branch " + step.cloneTarget() + "; taking the default branch");
    }
    checkOutHead(there, "");
  }

  /** The remote's head, as a branch of its name or as new branch {@code local}. */
  private void checkOutHead(RemoteRefs told, String local)
      throws ContentFault, InterruptedException {
    RemoteRefs refs = told.isEmpty() ? told.instead(git, folder) : told;
    if (refs.isEmpty()) {
      String unborn = local.isEmpty() ? refs.unbornBranch(git, folder, remote) : local;
      if (step.fullClone()) {
        git.mustReach(folder, "fetch", "--quiet", "--tags", "origin");
      }
      git.must(folder, "symbolic-ref", "HEAD", "refs/heads/" + unborn);
      if (local.isEmpty()) {
        git.must(folder, "config", "branch." + unborn + ".remote", "origin");
        git.must(folder, "config", "branch." + unborn + ".merge", "refs/heads/" + unborn);
      }
      return;
    }
    if (refs.defaultBranch().isEmpty()) {
      checkOutDetached(refs.head(), local);
      return;
    }
    fetchBranches(refs.defaultBranch());
    rememberHead(refs);
    if (local.isEmpty()) {
      checkOutTracking(refs.defaultBranch());
    } else {
      checkOut("-B", local, "--no-track", ORIGIN + refs.defaultBranch());
    }
  }

  private void checkOutCommit() throws ContentFault, InterruptedException {
    String target = step.cloneTarget();
    String hash = target.toLowerCase(Locale.ROOT);
    if (hash.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      checkOutDetached(hash, "");
      return;
    }
    Optional<String> named = RemoteRefs.named(git, folder, names(target));
    boolean abbreviated = target.matches("[0-9A-Fa-f]{4,64}");
    if (named.isEmpty() && !abbreviated) {
      throw noCommit();
    }
    fetchAll();
    if (named.isPresent()) {
      checkOutDetached(named.get(), "");
      return;
    }
    checkOutDetached(abbreviated(hash), "");
  }

  /** The one commit whose hash begins so; no branch is asked, which may have such a name too. */
  private String abbreviated(String digits) throws ContentFault, InterruptedException {
    List<String> commits = new ArrayList<>();
    for (String object :
        git.must(folder, "rev-parse", "--disambiguate=" + digits).lines().toList()) {
      if (revision(object).output().strip().equals(object)) {
        commits.add(object);
      }
    }
    if (commits.size() != 1) {
      throw noCommit();
    }
    return commits.get(0);
  }

  private ContentFault noCommit() {
    return new ContentFault("there is no commit " + step.cloneTarget() + " in " + remote.clean());
  }

  /** What the remote may mean by it: whatever a checkout has of that name may be older. */
  private static List<String> names(String target) {
    if (target.startsWith(HEADS) || target.startsWith(TAGS)) {
      return List.of(target);
    }
    List<String> names = new ArrayList<>(List.of(TAGS + target, HEADS + target));
    if (target.startsWith("origin/")) {
      names.add(HEADS + target.substring("origin/".length()));
    }
    return names;
  }

  private void checkOutDetached(String hash, String local)
      throws ContentFault, InterruptedException {
    if (step.fullClone()) {
      fetchAll();
    }
    if (!revision(hash).well()) {
      List<String> alone = new ArrayList<>(List.of("fetch", "--progress", "--no-tags"));
      alone.addAll(depth());
      alone.addAll(List.of("origin", hash));
      GitProgram.Ended fetched = git.reach(folder, alone.toArray(String[]::new));
      if (!fetched.well()) {
        // A server may refuse a hash that is no branch's tip, and still have it in its history.
        fetchAll();
        if (!revision(hash).well()) {
          git.wellEnded(fetched);
        }
      }
    }
    git.must(folder, "update-ref", INITIAL, hash);
    if (local.isEmpty()) {
      checkOut("--detach", hash);
    } else {
      checkOut("-B", local, "--no-track", hash);
    }
  }

  private GitProgram.Ended revision(String name) throws ContentFault, InterruptedException {
    return git.run(folder, "rev-parse", "--verify", "--end-of-options", name + "^{commit}");
  }

  private void fetchAll() throws ContentFault, InterruptedException {
    List<String> fetch = new ArrayList<>(List.of("fetch", "--progress", "--tags"));
    if (existing) {
      // A tag that has moved meanwhile.
      fetch.add("--force");
    }
    if (existing && shallow()) {
      fetch.add("--unshallow");
    }
    fetch.add("origin");
    git.mustReach(folder, fetch.toArray(String[]::new));
  }

  /** A history that is there already must not be cut. */
  private List<String> depth() throws ContentFault, InterruptedException {
    return step.fullClone() || (existing && !shallow()) ? List.of() : List.of("--depth=1");
  }

  private boolean shallow() throws ContentFault, InterruptedException {
    return git.must(folder, "rev-parse", "--is-shallow-repository").strip().equals("true");
  }

  private void fetchBranches(String branch) throws ContentFault, InterruptedException {
    if (step.fullClone()) {
      fetchAll();
      return;
    }
    String refspec = "+refs/heads/" + branch + ":" + ORIGIN + branch;
    List<String> fetch = new ArrayList<>(List.of("fetch", "--progress", "--no-tags"));
    fetch.addAll(depth());
    fetch.addAll(List.of("origin", refspec));
    GitProgram.Ended shallow = git.reach(folder, fetch.toArray(String[]::new));
    if (shallow.lastWords().contains("does not support shallow")) {
      git.mustReach(folder, "fetch", "--progress", "--no-tags", "origin", refspec);
      return;
    }
    git.wellEnded(shallow);
  }

  private void rememberHead(RemoteRefs refs) throws ContentFault, InterruptedException {
    if (!refs.defaultBranch().isEmpty()) {
      git.must(folder, "symbolic-ref", ORIGIN + "HEAD", ORIGIN + refs.defaultBranch());
    }
  }

  private void checkOutTracking(String branch) throws ContentFault, InterruptedException {
    checkOut("-B", branch, "--track", ORIGIN + branch);
  }

  private void checkOut(String... how) throws ContentFault, InterruptedException {
    String commit = how[how.length - 1];
    prepareLargeFiles(commit);
    git.tell("Checking out " + (how[0].equals("--detach") ? commit : how[1]));
    // Large files come while it checks out.
    Network network = useLfs ? Network.HOST : Network.NONE;
    if (existing) {
      tellPointers(taken.checkOut(network, how).lastWords());
      return;
    }
    List<String> command = new ArrayList<>(List.of("checkout", "--progress", "--force"));
    command.addAll(List.of(how));
    command.add("--");
    GitProgram.Ended ended = git.run(network, folder, command.toArray(String[]::new));
    git.wellEnded(ended);
    tellPointers(ended.lastWords());
  }

  private void tellPointers(String words) throws ContentFault, InterruptedException {
    if (useLfs) {
      largeFiles.tellPointers(folder, "", words);
    }
  }

  private void prepareLargeFiles(String commit) throws ContentFault, InterruptedException {
    if (largeFiles.wanted(folder, commit)) {
      useLfs = largeFiles.offer(folder);
      if (!useLfs) {
        largeFiles.missed();
      }
    }
  }
}
