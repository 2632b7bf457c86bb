// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.io.IOException;

/** A record that only a newer version may touch; the message says so to its operator. */
public final class NewerFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  NewerFormatException(String message) {
    super(message);
  }
}
