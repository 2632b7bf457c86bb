// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.health.ReadinessSource;
import dev.atelier.workspace.reconcile.Reconciler;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How every part of the manager is. */
@Named("health")
@RequestScoped
public class HealthView {
  /** Longer than work on an instance takes that goes well. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Inject @Any private Instance<ReadinessSource> sources;
  @Inject private Reconciler reconciler;
  @Inject private InstantSource clock;

  /**
   * A part.
   *
   * @param name of it
   * @param well whether it is
   * @param text what is wrong, else a word on how it is
   */
  public record Part(String name, boolean well, String text) {}

  /** Every part, in the order of their names. */
  public List<Part> getParts() {
    List<Part> parts = new ArrayList<>();
    for (ReadinessSource source : sources) {
      Optional<String> problem = source.problem();
      parts.add(new Part(source.name(), problem.isEmpty(), problem.orElse("ready")));
    }
    parts.add(queue());
    parts.sort((one, other) -> one.name().compareTo(other.name()));
    return List.copyOf(parts);
  }

  private Part queue() {
    boolean stuck =
        reconciler
            .stuckSince()
            .map(since -> since.plus(PATIENCE).isBefore(clock.instant()))
            .orElse(false);
    int depth = reconciler.queueDepth();
    String text = depth == 0 ? "nothing waits" : depth + " instances wait";
    return new Part("queue", !stuck, stuck ? text + " and none is looked at" : text);
  }
}
