// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import dev.atelier.workspace.domain.GitStatus;
import java.time.Duration;
import java.util.List;

/**
 * Asks git what a checkout holds that its remote does not. The checkout is its user's, and its
 * configuration may name programs anywhere: git sees none of it, nor that of repositories below.
 */
final class GitStatusReader {
  private static final int ENTRY_LIMIT = OwnRepository.PATH_LIMIT + 512;
  private static final int SUBJECT_LIMIT = 500;

  private final SandboxPrograms programs;
  private final Duration timeout;

  GitStatusReader(SandboxPrograms programs, Duration timeout) {
    this.programs = programs;
    this.timeout = timeout;
  }

  GitStatus read(String folder) throws ContentFault, InterruptedException {
    OwnRepository own = new OwnRepository(programs, folder, timeout);
    NestedRepositories nested = NestedRepositories.hidden(own, own.make());
    StatusEntries entries = changed(own, nested);
    Excerpt untracked = untracked(own, nested);
    boolean unborn = entries.unborn();
    Excerpt unpushed = unborn ? new Excerpt() : unpushed(own);
    return new GitStatus(
        entries.branch(),
        entries.commit(),
        unborn ? List.of() : entries.changed(),
        unborn ? 0 : entries.totalChanged(),
        untracked.entries(),
        untracked.total(),
        unpushed.entries(),
        unpushed.total());
  }

  private static StatusEntries changed(OwnRepository own, NestedRepositories nested)
      throws ContentFault, InterruptedException {
    StatusEntries entries = new StatusEntries(nested.changed());
    own.git(
        NestedRepositories.INDEX,
        Source.NONE,
        new Records((byte) 0, ENTRY_LIMIT, ISO_8859_1, entries),
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--no-ahead-behind",
        "--no-renames",
        "--untracked-files=no",
        "--ignore-submodules=dirty");
    entries.end();
    return entries;
  }

  private static Excerpt untracked(OwnRepository own, NestedRepositories nested)
      throws ContentFault, InterruptedException {
    Excerpt untracked = new Excerpt();
    own.git(
        NestedRepositories.WALLED_INDEX,
        Source.NONE,
        new Records((byte) 0, ENTRY_LIMIT, untracked),
        "ls-files",
        "-z",
        "--others",
        "--exclude-standard");
    nested.untracked().forEach(path -> untracked.take(NestedRepositories.shown(path)));
    return untracked;
  }

  private static Excerpt unpushed(OwnRepository own) throws ContentFault, InterruptedException {
    Excerpt unpushed = new Excerpt();
    own.git(
        NestedRepositories.INDEX,
        Source.NONE,
        new Records((byte) '\n', SUBJECT_LIMIT, unpushed),
        "rev-list",
        "--no-commit-header",
        "--format=%h %s",
        "HEAD",
        "--branches",
        "--not",
        "--remotes",
        "--glob=" + GitCheckout.INITIAL_REFS);
    return unpushed;
  }
}
