// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.agent.AgentResult;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.InitializerMetrics.Metric;
import dev.atelier.workspace.domain.Observation.SaveState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads what a keeper says in the domain's words. Pure. */
final class KeeperReport {
  private static final String CAPTURE = "capture.";

  private KeeperReport() {}

  static String url(AgentResult result) {
    return result.values().getOrDefault("url", "");
  }

  static String note(AgentResult result) {
    return result.values().getOrDefault("note", "");
  }

  static boolean contentReady(AgentResult result) {
    return result.values().getOrDefault("content", "").equals("ready");
  }

  /** Whether somebody told the workspace to end; empty: the keeper does not know. */
  static Optional<Boolean> told(AgentResult result) {
    return Optional.ofNullable(result.values().get("end"))
        .filter(end -> !end.isEmpty())
        .map(end -> end.equals("told"));
  }

  /** Copies that were made last, or could not be. */
  static List<Capture.Seen> captures(AgentResult result) {
    return result.values().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(CAPTURE))
        .sorted(Map.Entry.comparingByKey())
        .map(
            entry -> {
              String id = entry.getKey().substring(CAPTURE.length());
              String[] words = entry.getValue().split(" ", 2);
              String rest = words.length > 1 ? words[1] : "";
              return words[0].equals("done")
                  ? new Capture.Seen(id, SaveState.COMPLETE, rest, Duration.ZERO, "")
                  : new Capture.Seen(id, SaveState.FAILED, "", Duration.ZERO, rest);
            })
        .toList();
  }

  static InitializerMetrics metrics(AgentResult result) {
    InitializerMetrics metrics = InitializerMetrics.NONE;
    for (Kind kind : Kind.values()) {
      String name = "metric." + kind.name().toLowerCase(Locale.ROOT);
      if (result.values().containsKey(name + ".millis")) {
        Duration took = Duration.ofMillis(number(result, name + ".millis"));
        metrics = metrics.plus(kind, new Metric(took, number(result, name + ".bytes")));
      }
    }
    return metrics;
  }

  static Optional<GitStatus> repo(AgentResult result) {
    if (!result.values().containsKey("repo.branch")) {
      return Optional.empty();
    }
    return Optional.of(
        new GitStatus(
            result.values().get("repo.branch"),
            result.values().getOrDefault("repo.commit", ""),
            list(result, "repo.uncommitted"),
            number(result, "repo.uncommitted"),
            list(result, "repo.untracked"),
            number(result, "repo.untracked"),
            list(result, "repo.unpushed"),
            number(result, "repo.unpushed")));
  }

  private static List<String> list(AgentResult result, String name) {
    return result.values().entrySet().stream()
        .filter(entry -> entry.getKey().matches(name.replace(".", "\\.") + "\\.\\d+"))
        .sorted(Map.Entry.comparingByKey())
        .limit(GitStatus.LIMIT)
        .map(Map.Entry::getValue)
        .toList();
  }

  private static long number(AgentResult result, String name) {
    try {
      return Math.max(0, Long.parseLong(result.values().getOrDefault(name, "0")));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
