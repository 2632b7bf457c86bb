// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Hands lines of a new kind on at once, and those of the same kind once a second. */
final class CalmProgress implements Consumer<String> {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final Consumer<String> progress;
  private String kind = "";
  private Instant next = Instant.MIN;

  CalmProgress(InstantSource clock, Consumer<String> progress) {
    this.clock = clock;
    this.progress = progress;
  }

  @Override
  public synchronized void accept(String line) {
    Instant now = clock.instant();
    int colon = line.indexOf(':');
    String itsKind = colon < 0 ? line : line.substring(0, colon);
    if (itsKind.equals(kind) && now.isBefore(next)) {
      return;
    }
    kind = itsKind;
    next = now.plus(PAUSE);
    progress.accept(line);
  }
}
