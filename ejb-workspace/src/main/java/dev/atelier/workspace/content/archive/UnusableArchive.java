// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.ContentFault;

/** An archive that cannot become content, however often it is tried. */
public final class UnusableArchive extends ContentFault {
  private static final long serialVersionUID = 1L;

  /** What kind of unusable. */
  public enum Reason {
    /** Its bytes are not those that were packed, or not all of them. */
    DAMAGED,
    /** It holds what no archive of ours holds, for instance a name outside of the folder. */
    HOSTILE,
    /** It is whole, as far as it was read, and exceeds a limit. */
    TOO_LARGE
  }

  private final Reason reason;

  UnusableArchive(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  UnusableArchive(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why it cannot be used. */
  public Reason reason() {
    return reason;
  }
}
