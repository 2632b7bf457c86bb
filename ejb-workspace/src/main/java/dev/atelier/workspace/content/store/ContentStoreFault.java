// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.IOException;

/**
 * Why a {@link ContentStore} did not do what it was asked: words for people that name the store and
 * never hold a credential.
 */
public final class ContentStoreFault extends IOException {
  private static final long serialVersionUID = 1L;

  /** What to do about it. */
  public enum Kind {
    /** Away, slow, throttled or full: the same call may succeed later. */
    UNAVAILABLE,
    /**
     * Credentials, a permission, a bucket or the configuration is wrong: someone must act first.
     */
    REFUSED
  }

  private final Kind kind;

  /**
   * Says why.
   *
   * @param cause for the log; null when there is none
   */
  public ContentStoreFault(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Whether to try again. */
  public Kind kind() {
    return kind;
  }
}
