// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.List;

/**
 * What a checkout holds that its remote does not. Lists are cut at {@link #LIMIT} entries, totals
 * are exact; paths are relative to the checkout.
 *
 * @param branch empty when detached
 * @param latestCommit in full hexadecimal; empty without commits
 * @param uncommittedFiles tracked files that differ from the commit
 * @param totalUncommittedFiles how many
 * @param untrackedFiles each by itself, not folders
 * @param totalUntrackedFiles how many
 * @param unpushedCommits subject lines with abbreviated hash
 * @param totalUnpushedCommits how many
 */
public record GitStatus(
    String branch,
    String latestCommit,
    List<String> uncommittedFiles,
    long totalUncommittedFiles,
    List<String> untrackedFiles,
    long totalUntrackedFiles,
    List<String> unpushedCommits,
    long totalUnpushedCommits) {
  /** The longest list that is shown. */
  public static final int LIMIT = 100;

  /** Copies what was given. */
  public GitStatus {
    uncommittedFiles = List.copyOf(uncommittedFiles);
    untrackedFiles = List.copyOf(untrackedFiles);
    unpushedCommits = List.copyOf(unpushedCommits);
  }
}
