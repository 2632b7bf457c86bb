// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.archive.UnusableArchive.Reason;
import java.io.IOException;

/** Carries out of a stream why an archive is not to be used. */
final class Refused extends IOException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  Refused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  UnusableArchive fault() {
    return new UnusableArchive(reason, getMessage(), this);
  }

  static Refused hostile(String what) {
    return new Refused(Reason.HOSTILE, "the archive is none of ours: " + what);
  }
}
