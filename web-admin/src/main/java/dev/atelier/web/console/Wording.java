package dev.atelier.web.console;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;

/** What the page calls things. */
final class Wording {
  private Wording() {}

  static String of(Phase phase) {
    return switch (phase) {
      case PENDING -> "Pending";
      case CREATING -> "Creating";
      case INITIALIZING -> "Initializing";
      case RUNNING -> "Running";
      case INTERRUPTED -> "Interrupted";
      case STOPPING -> "Stopping";
      case STOPPED -> "Stopped";
    };
  }

  /** Why an instance is stopped when its deadline is reached. */
  static String of(Deadline.Activity activity) {
    return switch (activity) {
      case INITIALIZATION -> "if it still waits for a place";
      case STARTUP -> "if nobody has used it by then";
      case CREATING_CONTAINERS -> "if it is still being created";
      case PULLING_IMAGES -> "if images are still being pulled";
      case RUNNING_HEADLESS -> "if its tasks still run";
      case INACTIVITY -> "if nobody uses it";
      case LIFETIME -> "maximum lifetime";
      case CLOSED -> "closed by its user";
      case INTERRUPTION -> "if it is still interrupted";
      case STOPPING -> "if it is still stopping";
      case BACKUP -> "if it is still being saved";
    };
  }

  /** The one line that matters most: what went wrong, else what is going on. */
  static String note(Workspace workspace) {
    Conditions conditions = workspace.status().conditions();
    for (String problem : problems(conditions)) {
      if (!problem.isEmpty()) {
        return problem;
      }
    }
    return workspace.status().message();
  }

  static boolean failed(Workspace workspace) {
    Conditions conditions = workspace.status().conditions();
    return !conditions.failed().isEmpty() || !conditions.headlessTaskFailed().isEmpty();
  }

  private static String[] problems(Conditions conditions) {
    return new String[] {
      conditions.failed(), conditions.headlessTaskFailed(), conditions.timeout()
    };
  }
}
