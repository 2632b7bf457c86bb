// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Activity that is not in the store yet. The first of a window is written at once, of the others
 * only the last, at the window's end: an instance costs at most two writes a window, however often
 * it is marked.
 */
public final class Activities {
  /** How long activity may rest in memory; what a crash may lose of it. */
  public static final Duration WINDOW = Duration.ofSeconds(5);

  private final Map<String, Window> windows = new ConcurrentHashMap<>();

  /**
   * One instance's window.
   *
   * @param end until when activity rests
   * @param resting the last activity, if it is not in the store yet
   */
  private record Window(Instant end, Optional<Instant> resting) {}

  /** What is to be done about an activity. */
  public enum Next {
    /** Write it now. */
    WRITE,
    /** Have the instance reconciled at the window's end. */
    ARM,
    /** Nothing: it rests, and the end of the window is armed. */
    REST
  }

  /**
   * Notes an activity.
   *
   * @param shown the last activity that the store is known to have; one within the window counts
   *     like a first one here, whoever wrote it
   */
  public Next note(String id, Instant now, Optional<Instant> shown) {
    Next[] next = {Next.REST};
    windows.compute(
        id,
        (key, window) -> {
          if (window == null || !now.isBefore(window.end())) {
            next[0] = Next.WRITE;
            // What rests still does so until this one is written.
            Optional<Instant> resting = window == null ? Optional.empty() : window.resting();
            Optional<Instant> end = shown.map(at -> at.plus(WINDOW)).filter(now::isBefore);
            if (end.isPresent() && resting.isEmpty()) {
              next[0] = Next.ARM;
              return new Window(end.get(), Optional.of(now));
            }
            return new Window(now.plus(WINDOW), resting);
          }
          if (window.resting().isEmpty()) {
            next[0] = Next.ARM;
          }
          return new Window(window.end(), Optional.of(now));
        });
    return next[0];
  }

  /** The activity that rests, if any. */
  public Optional<Instant> resting(String id) {
    return Optional.ofNullable(windows.get(id)).flatMap(Window::resting);
  }

  /** When the window ends, while something rests in it. */
  public Optional<Instant> end(String id) {
    return Optional.ofNullable(windows.get(id))
        .filter(window -> window.resting().isPresent())
        .map(Window::end);
  }

  /** What rested up to {@code last} is in the store now. */
  public void written(String id, Instant last) {
    windows.computeIfPresent(
        id,
        (key, window) ->
            window.resting().map(at -> !at.isAfter(last)).orElse(false)
                ? new Window(window.end(), Optional.empty())
                : window);
  }

  /** A write failed: what rests goes on to, and the next activity is written at once. */
  public void failed(String id, Instant now) {
    windows.computeIfPresent(
        id,
        (key, window) -> window.resting().isPresent() ? new Window(now, window.resting()) : null);
  }

  /** Forgets the instance's window: the next activity is written at once. */
  public void clear(String id) {
    windows.remove(id);
  }
}
