// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceOperations.ClusterDescription;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The sizes that instances can have. */
@Named("classes")
@RequestScoped
public class ClassList {
  @Inject private WorkspaceOperations operations;
  @Inject private WorkspaceRuntime runtime;

  /**
   * One of them.
   *
   * @param id of it
   * @param name for people
   * @param description for people
   * @param preferred whether it is taken where none is asked for
   * @param used how many instances of it have not stopped
   * @param facts what an instance gets
   */
  public record Card(
      String id,
      String name,
      String description,
      boolean preferred,
      long used,
      List<WorkspaceView.Fact> facts) {}

  /** All of them, ordered by id. */
  public List<Card> getCards() throws WorkspaceFault {
    ClusterDescription cluster = operations.describeCluster();
    Map<String, Long> used =
        operations.overview().stream()
            .map(WorkspaceOperations.DescribedWorkspace::workspace)
            .filter(one -> !one.stopped())
            .collect(
                Collectors.groupingBy(one -> one.spec().workspaceClass(), Collectors.counting()));
    return cluster.classes().stream()
        .map(
            one ->
                new Card(
                    one.id(),
                    one.displayName(),
                    one.description(),
                    one.id().equals(cluster.preferred()),
                    used.getOrDefault(one.id(), 0L),
                    facts(one)))
        .toList();
  }

  private static List<WorkspaceView.Fact> facts(WorkspaceClass one) {
    WorkspaceClass.Resources resources = one.resources();
    List<WorkspaceView.Fact> facts = new ArrayList<>();
    facts.add(fact("CPU", cores(resources.cpuMillis()), limit(cores(resources.cpuLimitMillis()))));
    facts.add(
        fact(
            "Memory",
            WorkspaceView.bytes(resources.memoryBytes()),
            limit(resources.memoryLimitBytes() == 0 ? "" : size(resources.memoryLimitBytes()))));
    facts.add(
        fact(
            "Content",
            resources.storageBytes() == 0 ? "no limit" : size(resources.storageBytes()),
            ""));
    facts.add(
        fact(
            "Processes",
            resources.processes() == 0 ? "no limit" : Integer.toString(resources.processes()),
            ""));
    facts.add(
        fact("Credits", String.format(Locale.ROOT, "%s a minute", one.creditsPerMinute()), ""));
    facts.add(
        fact(
            "Live backups",
            one.backupInterval().isZero()
                ? "none"
                : "every " + HumanDuration.of(one.backupInterval()),
            ""));
    return List.copyOf(facts);
  }

  private static WorkspaceView.Fact fact(String name, String value, String more) {
    return new WorkspaceView.Fact(name, value + more);
  }

  private static String limit(String most) {
    return most.isEmpty() ? ", no limit" : ", at most " + most;
  }

  private static String size(long bytes) {
    return WorkspaceView.bytes(bytes);
  }

  private static String cores(int millis) {
    if (millis == 0) {
      return "";
    }
    String cores = String.format(Locale.ROOT, "%.3f", millis / 1e3).replaceFirst("\\.?0+$", "");
    return cores + (cores.equals("1") ? " core" : " cores");
  }

  /** How the limits fall short here; empty: they do not. */
  public String getCaveat() {
    return runtime.limitsCaveat();
  }
}
