package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.InitializerMetrics.Metric;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** One run of an initializer: does its steps in order and notes what they cost. */
final class Steps {
  private final GitStep git;
  private final DownloadStep download;
  private final InstantSource clock;
  private final Set<String> filled = new HashSet<>();
  private InitializerMetrics metrics = InitializerMetrics.NONE;

  Steps(GitStep git, DownloadStep download, InstantSource clock) {
    this.git = git;
    this.download = download;
    this.clock = clock;
  }

  InitializerMetrics metrics() {
    return metrics;
  }

  /**
   * Does one initializer.
   *
   * @param outermost whether none is around it: a composite in a composite is part of its whole
   * @return bytes added
   */
  long run(Initializer initializer, boolean outermost) throws ContentFault, InterruptedException {
    Instant begin = clock.instant();
    if (initializer instanceof Initializer.Empty) {
      return 0;
    }
    if (initializer instanceof Initializer.Git step) {
      // The first one filled the folder: a later one leaves it as it is.
      return filled.add(step.checkoutLocation()) ? noted(Kind.GIT, begin, git.run(step)) : 0;
    }
    if (initializer instanceof Initializer.Download step) {
      return noted(Kind.FILE_DOWNLOAD, begin, download.run(step));
    }
    if (initializer instanceof Initializer.Composite composite) {
      long size = 0;
      for (Initializer nested : composite.initializers()) {
        size += run(nested, false);
      }
      return outermost ? noted(Kind.COMPOSITE, begin, size) : size;
    }
    throw new ContentFault(
        "the initializer "
            + initializer.getClass().getSimpleName().toLowerCase(Locale.ROOT)
            + " is not available yet");
  }

  private long noted(Kind kind, Instant begin, long size) {
    Duration duration = Duration.between(begin, clock.instant());
    metrics = metrics.plus(kind, new Metric(duration, size));
    return size;
  }
}
