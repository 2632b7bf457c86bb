// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.backup.Restored;
import dev.atelier.workspace.content.initializer.Initialized.Origin;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.InitializerMetrics.Metric;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** One run of an initializer: does its steps in order and notes what they cost. */
final class Steps {
  private final GitStep git;
  private final DownloadStep download;
  private final RestoreStep restore;
  private final InstantSource clock;
  private final Set<String> filled = new HashSet<>();
  private final ContentNotes notes;
  private InitializerMetrics metrics = InitializerMetrics.NONE;
  private Origin origin = Origin.NEW;
  private boolean begun;

  Steps(
      GitStep git,
      DownloadStep download,
      RestoreStep restore,
      ContentNotes notes,
      InstantSource clock) {
    this.git = git;
    this.download = download;
    this.restore = restore;
    this.notes = notes;
    this.clock = clock;
  }

  Initialized answer() {
    return new Initialized(metrics, origin, notes.lines());
  }

  /** Fills the folder from the workspace's last backup; answers whether there is one. */
  boolean fromExistingBackup() throws ContentFault, InterruptedException {
    Instant begin = clock.instant();
    Optional<Restored> restored = restore.backup();
    restored.ifPresent(
        backup -> {
          notes.add("restored from the backup of " + RestoreStep.time(backup));
          take(backup, Kind.BACKUP, begin, Origin.BACKUP);
        });
    return restored.isPresent();
  }

  /**
   * Does one initializer.
   *
   * @param outermost whether none is around it: a composite in a composite is part of its whole
   * @return bytes added
   */
  long run(Initializer initializer, boolean outermost) throws ContentFault, InterruptedException {
    Instant begin = clock.instant();
    if (initializer instanceof Initializer.Git step) {
      begun = true;
      // The first one filled the folder: a later one leaves it as it is.
      return filled.add(step.checkoutLocation())
          ? noted(Kind.GIT, begin, git.run(step).bytes())
          : 0;
    }
    if (initializer instanceof Initializer.Download step) {
      begun = true;
      return noted(Kind.FILE_DOWNLOAD, begin, download.run(step));
    }
    if (initializer instanceof Initializer.Snapshot step) {
      beginAlone("snapshot");
      return take(restore.snapshot(step), Kind.SNAPSHOT, begin, Origin.SNAPSHOT);
    }
    if (initializer instanceof Initializer.Backup step) {
      beginAlone("backup");
      return take(restore.backup(step), Kind.BACKUP, begin, Origin.BACKUP);
    }
    if (initializer instanceof Initializer.Prebuild step) {
      if (step.prebuild().isPresent()) {
        beginAlone("prebuild");
      }
      begun = true;
      return noted(Kind.PREBUILD, begin, prebuild(step));
    }
    if (initializer instanceof Initializer.Composite composite) {
      long size = 0;
      for (Initializer nested : composite.initializers()) {
        size += run(nested, false);
      }
      return outermost ? noted(Kind.COMPOSITE, begin, size) : size;
    }
    return 0;
  }

  /** What fills the whole folder would take away what was made before it. */
  private void beginAlone(String what) throws ContentFault {
    if (begun) {
      throw new ContentFault("a " + what + " initializer must be the first of a composite");
    }
    begun = true;
  }

  private long prebuild(Initializer.Prebuild prebuild) throws ContentFault, InterruptedException {
    if (prebuild.prebuild().isEmpty()) {
      return gitSteps(prebuild, git::run);
    }
    InitializerMetrics before = metrics;
    int told = notes.size();
    try {
      Instant begin = clock.instant();
      Restored restored = restore.snapshot(prebuild.prebuild().get());
      long size = take(restored, Kind.SNAPSHOT, begin, Origin.PREBUILD);
      return size + gitSteps(prebuild, git::update);
    } catch (ContentFault e) {
      metrics = before;
      origin = Origin.NEW;
      filled.clear();
      notes.takeBack(told);
      notes.add("the prebuild could not be used, cloned instead: " + e.getMessage());
      restore.empty();
      return gitSteps(prebuild, git::run);
    }
  }

  @FunctionalInterface
  private interface GitWork {
    GitStep.Done on(Initializer.Git step) throws ContentFault, InterruptedException;
  }

  private long gitSteps(Initializer.Prebuild prebuild, GitWork work)
      throws ContentFault, InterruptedException {
    long size = 0;
    for (Initializer.Git step : prebuild.git()) {
      if (filled.add(step.checkoutLocation())) {
        Instant begin = clock.instant();
        GitStep.Done done = work.on(step);
        size += noted(Kind.GIT, begin, done.bytes());
        if (done.moved()) {
          origin = Origin.PREBUILD_OF_ANOTHER_COMMIT;
        }
      }
    }
    return size;
  }

  private long take(Restored restored, Kind kind, Instant begin, Origin from) {
    origin = from;
    restored.notes().forEach(notes::add);
    return noted(kind, begin, restored.contentBytes());
  }

  private long noted(Kind kind, Instant begin, long size) {
    Duration duration = Duration.between(begin, clock.instant());
    metrics = metrics.plus(kind, new Metric(duration, size));
    return size;
  }
}
