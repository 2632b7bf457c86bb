// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.IOException;

/** There is no object of that name in a {@link ContentStore}. */
public final class MissingContentException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says which. */
  public MissingContentException(String name) {
    super("nothing is stored under " + name);
  }
}
