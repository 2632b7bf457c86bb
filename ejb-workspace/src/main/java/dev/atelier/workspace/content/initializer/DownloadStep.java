// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.domain.Initializer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Download initializers: a file appears under its name once it is whole and what it should be. */
final class DownloadStep {
  private static final int ATTEMPTS = 3;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration HEAD_TIMEOUT = Duration.ofMinutes(1);

  private final ContentSettings settings;
  private final SandboxPrograms programs;
  private final HttpSources sources;
  private final Sleeper sleeper;
  private final Consumer<String> progress;

  DownloadStep(
      ContentSettings settings,
      SandboxPrograms programs,
      HttpSources sources,
      Sleeper sleeper,
      Consumer<String> progress) {
    this.settings = settings;
    this.programs = programs;
    this.sources = sources;
    this.sleeper = sleeper;
    this.progress = progress;
  }

  /** Fetches every file; answers the bytes that they have. */
  long run(Initializer.Download step) throws ContentFault, InterruptedException {
    long size = 0;
    for (Initializer.FileInfo file : step.files()) {
      progress.accept("Downloading " + file.filePath());
      String target = step.targetLocation().isEmpty() ? "" : step.targetLocation() + "/";
      size += fetch(file, target + file.filePath());
    }
    return size;
  }

  private long fetch(Initializer.FileInfo file, String path)
      throws ContentFault, InterruptedException {
    URI from = HttpSource.parse(file.url());
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt(file, from, path);
      } catch (IOException e) {
        boolean again =
            !(e instanceof HttpSource.Refused refused && !refused.passing())
                && !(e instanceof HttpSource.TooLarge)
                && !(e instanceof HttpSource.Forbidden);
        if (attempt == ATTEMPTS || !again) {
          throw new ContentFault(
              "download of "
                  + file.filePath()
                  + " from "
                  + from.getAuthority()
                  + ": "
                  + e.getMessage());
        }
        progress.accept("Downloading " + file.filePath() + " again: " + e.getMessage());
      }
      sleeper.sleep(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private long attempt(Initializer.FileInfo file, URI from, String path)
      throws ContentFault, IOException, InterruptedException {
    int slash = path.lastIndexOf('/');
    String folder = slash < 0 ? "" : path.substring(0, slash);
    String part = ".download-" + UUID.randomUUID() + ".part";
    MessageDigest digest = digest(file.digest());
    ContentFolder content = new ContentFolder(programs, settings.downloadTimeout());
    boolean whole = false;
    try (HttpSources.Lease source = sources.lease()) {
      AtomicLong size = new AtomicLong();
      content.write(folder, part, stream -> size.set(copy(source, from, digest, stream)));
      String expected = file.digest().substring(file.digest().indexOf(':') + 1);
      String actual = HexFormat.of().formatHex(digest.digest());
      if (!actual.equalsIgnoreCase(expected)) {
        throw new IOException("its digest is " + actual + ", not " + expected);
      }
      content.rename(folder, part, path.substring(slash + 1));
      whole = true;
      return size.get();
    } finally {
      if (!whole && !Thread.currentThread().isInterrupted()) {
        content.remove(folder, part);
      }
    }
  }

  private long copy(HttpSources.Lease source, URI from, MessageDigest digest, OutputStream to)
      throws IOException {
    try {
      return source.copy(
          from, HEAD_TIMEOUT, settings.downloadLimit(), new DigestOutputStream(to, digest));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static MessageDigest digest(String text) throws ContentFault {
    String algorithm = text.substring(0, Math.max(0, text.indexOf(':'))).toLowerCase(Locale.ROOT);
    try {
      return switch (algorithm) {
        case "sha256" -> MessageDigest.getInstance("SHA-256");
        case "sha512" -> MessageDigest.getInstance("SHA-512");
        default -> throw new ContentFault("not a digest that is known: " + algorithm);
      };
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }
}
