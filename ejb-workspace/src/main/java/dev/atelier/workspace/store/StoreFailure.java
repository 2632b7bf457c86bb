// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.Optional;

/** What a database has refused; the store decides what it means for a caller. */
public final class StoreFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is known of it. */
  public enum Kind {
    /** Another change of the same row came first; trying again helps. */
    STALE,
    /** A unique value is taken. */
    DUPLICATE,
    /** It failed, and nothing was changed. */
    FAILED,
    /** It failed in the commit: whether the change was made is not known. */
    DOUBTFUL
  }

  private final Kind kind;
  private final String outage;

  StoreFailure(Kind kind, Throwable cause, Optional<String> outage) {
    super(kind.toString(), cause);
    this.kind = kind;
    this.outage = outage.orElse(null);
  }

  /** What is known of it. */
  public Kind kind() {
    return kind;
  }

  /**
   * Why the whole database is out of reach, in words for clients; empty where only this change has
   * failed. It is told in the log already.
   */
  public Optional<String> outage() {
    return Optional.ofNullable(outage);
  }

  /** The refusal of what is asked of {@code what} ("the store of workspaces"), with the reason. */
  public WorkspaceFault outOfReach(String what) {
    return WorkspaceFault.unavailable(
        what + " is out of reach at the moment" + outage().map(why -> ": " + why).orElse(""), this);
  }
}
