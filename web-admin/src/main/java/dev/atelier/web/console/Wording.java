// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.Workspace;
import java.util.Locale;

/** What the page calls things. */
final class Wording {
  private Wording() {}

  /** As addresses and the style sheet have a constant. */
  static String key(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

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

  /** To whom a port is open. */
  static String of(PortVisibility visibility) {
    return switch (visibility) {
      case PRIVATE -> "those who may enter";
      case PUBLIC -> "everyone";
    };
  }

  /** To whom an instance is open. */
  static String of(AdmissionLevel level) {
    return switch (level) {
      case OWNER_ONLY -> "its owner alone";
      case EVERYONE -> "everyone";
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
