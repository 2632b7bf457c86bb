// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Says what the file system has refused in words for people. */
final class FolderFaults {
  private static final Pattern FULL =
      Pattern.compile("No space left|quota exceeded|File too large", Pattern.CASE_INSENSITIVE);
  private static final Pattern READ_ONLY =
      Pattern.compile("Read-only file system|not permitted", Pattern.CASE_INSENSITIVE);

  /** With less than this a file system counts as full, in whatever language it says so. */
  private static final long NOTHING = 1L << 16;

  private final Path root;

  FolderFaults(Path root) {
    this.root = root;
  }

  /** {@code what} goes after "cannot": "be read". */
  IOException of(String what, IOException cause) {
    if (cause instanceof ContentStoreFault
        || cause instanceof MissingContentException
        || cause instanceof InterruptedIOException) {
      return cause;
    }
    if (cause instanceof ClosedByInterruptException) {
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(cause);
      return interrupted;
    }
    String reason = reason(cause);
    String start = "content store " + root + " cannot " + what + ": ";
    if (FULL.matcher(reason).find() || full()) {
      return new ContentStoreFault(
          Kind.UNAVAILABLE,
          start + "no space left; free some, or make its file system or quota larger",
          cause);
    }
    if (cause instanceof AccessDeniedException || READ_ONLY.matcher(reason).find()) {
      return new ContentStoreFault(
          Kind.REFUSED, start + "give its user the right to read and write it", cause);
    }
    if (cause instanceof NoSuchFileException && !Files.isDirectory(root.resolve("objects"))) {
      return new ContentStoreFault(
          Kind.UNAVAILABLE, start + "it is not there; is its file system mounted?", cause);
    }
    return new ContentStoreFault(Kind.UNAVAILABLE, start + reason, cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException e && e.getReason() != null) {
      return e.getReason();
    }
    return cause instanceof FileSystemException || cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : cause.getMessage();
  }

  private boolean full() {
    try {
      return Files.getFileStore(root).getUsableSpace() < NOTHING;
    } catch (IOException e) {
      // Then the first fault is the one to tell of.
      return false;
    }
  }
}
