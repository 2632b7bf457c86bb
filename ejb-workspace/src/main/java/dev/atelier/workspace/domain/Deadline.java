// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * When an instance is stopped if nothing happens, and why.
 *
 * @param activity what will have taken too long
 * @param since what it counts from
 * @param limit how long it may take
 */
public record Deadline(Activity activity, Instant since, Duration limit) {

  /** What can take too long. */
  public enum Activity {
    /** Waiting for a place. */
    INITIALIZATION("initialization"),
    /** Coming up. */
    STARTUP("startup"),
    /** Making containers. */
    CREATING_CONTAINERS("creating containers"),
    /** Pulling images. */
    PULLING_IMAGES("pulling images"),
    /** Running tasks. */
    RUNNING_HEADLESS("running the headless workspace"),
    /** Being used by nobody. */
    INACTIVITY("period of inactivity"),
    /** Living. */
    LIFETIME("maximum lifetime"),
    /** Being marked closed. */
    CLOSED("after being closed"),
    /** Being out of reach. */
    INTERRUPTION("workspace interruption"),
    /** Ending. */
    STOPPING("stopping"),
    /** Saving the content. */
    BACKUP("backup");

    private final String text;

    Activity(String text) {
      this.text = text;
    }

    /** As the timeout condition calls it. */
    public String text() {
      return text;
    }
  }

  /** When it is reached. */
  public Instant at() {
    return since.plus(limit);
  }

  /** Whether it is reached. */
  public boolean passed(Instant now) {
    return !now.isBefore(at());
  }

  /** What the timeout condition says once it is reached. */
  public String condition(Instant now) {
    return "workspace timed out after %s (%s) took longer than %s"
        .formatted(activity.text, words(Duration.between(since, now)), words(limit));
  }

  /** In hours and minutes; what is shorter in what it has. */
  private static String words(Duration duration) {
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
      return duration.toMillis() + "ms";
    }
    if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
      return duration.toSeconds() + "s";
    }
    return "%02dh%02dm".formatted(duration.toHours(), duration.toMinutesPart());
  }
}
