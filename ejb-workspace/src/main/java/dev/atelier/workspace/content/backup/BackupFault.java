// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.ContentFault;

/** Why content could not be saved or restored; words for people without any credential. */
public final class BackupFault extends ContentFault {
  private static final long serialVersionUID = 1L;

  /** What to do about it. */
  public enum Kind {
    /** Try again: the store is away, a disk is full, the time was over. */
    RETRY,
    /** What is stored is damaged or not there; trying again does not help. */
    UNUSABLE,
    /** It is whole, and larger than there may be; trying again does not help. */
    TOO_LARGE,
    /** Someone must act first: credentials, a permission, a limit. */
    REFUSED
  }

  private final Kind kind;

  /**
   * Says why.
   *
   * @param cause for the log; null when there is none
   */
  public BackupFault(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What to do about it. */
  public Kind kind() {
    return kind;
  }
}
