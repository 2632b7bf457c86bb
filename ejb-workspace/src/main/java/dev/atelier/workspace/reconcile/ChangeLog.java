// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.FeatureFlag;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes a line of the log for each change of a phase, each failure and what there is to say of
 * content, and says what of a request has no effect.
 */
public final class ChangeLog {
  private static final Logger LOG = System.getLogger(ChangeLog.class.getName());

  private ChangeLog() {}

  /** Writes a line with instance, workspace and owner, if the change is worth one. */
  public static void write(WorkspaceChanged change) {
    List<String> news = news(change);
    if (!news.isEmpty()) {
      Level level =
          newlySet(change, condition(Conditions::failed)).isPresent() ? Level.WARNING : Level.INFO;
      LOG.log(level, change.current().named() + ": " + String.join(": ", news));
    }
  }

  private static List<String> news(WorkspaceChanged change) {
    List<String> news = new ArrayList<>();
    if (change.phaseChanged()) {
      news.add(change.current().phase().toString());
    }
    if (change.previous().isEmpty()) {
      withoutEffect(change.current()).ifPresent(news::add);
    }
    newlySet(change, status -> status.progress().note())
        .ifPresent(note -> news.add("note: " + note));
    newlySet(change, condition(Conditions::failed)).ifPresent(why -> news.add("failed: " + why));
    newlySet(change, condition(Conditions::headlessTaskFailed))
        .ifPresent(why -> news.add("its tasks failed: " + why));
    newlySet(change, condition(Conditions::timeout)).ifPresent(news::add);
    return news;
  }

  /** What was asked for and will not be had. */
  private static Optional<String> withoutEffect(Workspace created) {
    String flags =
        created.spec().featureFlags().stream()
            .filter(flag -> flag != FeatureFlag.NOOP)
            .sorted()
            .map(FeatureFlag::name)
            .collect(Collectors.joining(", "));
    return flags.isEmpty()
        ? Optional.empty()
        : Optional.of("feature flags without effect here: " + flags);
  }

  private static Function<WorkspaceStatus, String> condition(Function<Conditions, String> which) {
    return status -> which.apply(status.conditions());
  }

  /** What stands in a status now and did not before, in one line whatever programs wrote. */
  private static Optional<String> newlySet(
      WorkspaceChanged change, Function<WorkspaceStatus, String> part) {
    String now = part.apply(change.current().status());
    Optional<String> before = change.previous().map(Workspace::status).map(part);
    return now.isEmpty() || before.filter(now::equals).isPresent()
        ? Optional.empty()
        : Optional.of(now.strip().replaceAll("[\\p{Cntrl}\u2028\u2029]+", " "));
  }
}
