// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.archive.UnusableArchive;
import dev.atelier.workspace.content.backup.BackupFault.Kind;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.MissingContentException;
import java.io.IOException;
import java.io.InterruptedIOException;

/** Says of everything that can go wrong what to do about it. */
final class Failures {
  private Failures() {}

  /** Something that can go wrong. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws ContentFault, IOException, InterruptedException;
  }

  /** Something that can go wrong and has nothing to answer. */
  @FunctionalInterface
  interface Act {
    void run() throws ContentFault, IOException, InterruptedException;
  }

  static void attempt(Act act) throws BackupFault, InterruptedException {
    attempt(
        () -> {
          act.run();
          return true;
        });
  }

  static <T> T attempt(Work<T> work) throws BackupFault, InterruptedException {
    try {
      return work.run();
    } catch (ContentFault | IOException e) {
      // Waiting that is cut off leaves the mark of the interrupt.
      if (Thread.interrupted() || e instanceof InterruptedIOException) {
        InterruptedException interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        throw interrupted;
      }
      throw e instanceof BackupFault fault ? fault : new BackupFault(kind(e), e.getMessage(), e);
    }
  }

  private static Kind kind(Exception e) {
    if (e instanceof UnusableArchive unusable) {
      return switch (unusable.reason()) {
        case DAMAGED, HOSTILE -> Kind.UNUSABLE;
        case TOO_LARGE -> Kind.TOO_LARGE;
      };
    }
    if (e instanceof ContentStoreFault fault) {
      return switch (fault.kind()) {
        case UNAVAILABLE -> Kind.RETRY;
        case REFUSED -> Kind.REFUSED;
      };
    }
    return e instanceof MissingContentException ? Kind.UNUSABLE : Kind.RETRY;
  }
}
