// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.console.chart.Bars;
import dev.atelier.web.console.chart.Buckets;
import dev.atelier.web.console.chart.Meter;
import dev.atelier.web.console.chart.Percentiles;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.StartHistory;
import dev.atelier.workspace.ledger.StartHistory.History;
import dev.atelier.workspace.ledger.StartHistory.Took;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the first page shows. */
@Named
@RequestScoped
public class Overview {
  private static final int MOST_METERS = 7;

  @Inject private WorkspaceOperations operations;
  @Inject private ContentOperations content;
  @Inject private StartHistory history;
  @Inject private InstantSource clock;
  @Inject private HttpServletRequest request;

  private List<Workspace> workspaces = List.of();
  private Range range = Range.DAY;
  private Buckets buckets;
  private Bars starts = Bars.of(List.of(), List.of(), List.of());
  private Percentiles percentiles = Percentiles.of(List.of(), List.of(), Took.NONE);
  private int unsaved;
  private String problem = "";

  /** How far back the charts look. */
  public enum Range {
    /** In quarters. */
    HOUR("1 hour", Duration.ofMinutes(2), 30),
    /** In hours. */
    DAY("24 hours", Duration.ofHours(1), 24),
    /** In days, a quarter each. */
    WEEK("7 days", Duration.ofHours(6), 28),
    /** In days. */
    MONTH("30 days", Duration.ofDays(1), 30);

    private final String label;
    private final Duration part;
    private final int parts;

    Range(String label, Duration part, int parts) {
      this.label = label;
      this.part = part;
      this.parts = parts;
    }

    /** For people. */
    public String getLabel() {
      return label;
    }

    /** As addresses have it. */
    public String getKey() {
      return Wording.key(this);
    }
  }

  /**
   * How many instances are in a phase.
   *
   * @param key for the style sheet and addresses
   * @param label for people
   * @param count how many
   * @param x where its part of the whole begins, in percent
   * @param width of its part of the whole, in percent
   */
  public record PhaseCount(String key, String label, long count, double x, double width) {}

  @PostConstruct
  void read() {
    range = WorkspaceQuery.constant(Range.class, request.getParameter("range")).orElse(Range.DAY);
    buckets = Buckets.until(clock.instant(), range.part, range.parts);
    try {
      workspaces = operations.overview().stream().map(DescribedWorkspace::workspace).toList();
      unsaved = content.unsaved().size();
      draw(history.last(range.part, range.parts));
    } catch (WorkspaceFault fault) {
      problem = fault.getMessage();
    }
  }

  private void draw(History past) {
    buckets = new Buckets(past.from(), range.part, range.parts);
    starts = Bars.of(buckets.begins(), past.starts(), past.failures());
    percentiles = Percentiles.of(buckets.begins(), past.runs(), past.all());
  }

  /** How many there are in each phase, those that have not stopped first; phases that occur. */
  public List<PhaseCount> getPhases() {
    Map<Phase, Long> counts = new EnumMap<>(Phase.class);
    workspaces.forEach(one -> counts.merge(one.phase(), 1L, Long::sum));
    List<PhaseCount> phases = new ArrayList<>();
    double x = 0;
    for (Phase phase : Phase.values()) {
      long count = counts.getOrDefault(phase, 0L);
      double width = 100.0 * count / Math.max(1, workspaces.size());
      phases.add(new PhaseCount(Wording.key(phase), Wording.of(phase), count, x, width));
      x += width;
    }
    return phases;
  }

  /** How many instances are known. */
  public int getTotal() {
    return workspaces.size();
  }

  /** How many have failed, of those that are known. */
  public long getFailed() {
    return workspaces.stream().filter(Wording::failed).count();
  }

  /** Starts over time, and failures in front of them. */
  public Bars getStarts() {
    return starts;
  }

  /** How long starts took until they ran, over time. */
  public Percentiles getPercentiles() {
    return percentiles;
  }

  /** Milliseconds as people say them. */
  public String seconds(long millis) {
    return Percentiles.seconds(millis);
  }

  /** Who has most of those that have not stopped. */
  public List<Meter> getOwners() {
    return Meter.greatest(living(one -> one.spec().owner()), MOST_METERS);
  }

  /** Which classes those that have not stopped are of. */
  public List<Meter> getClasses() {
    return Meter.greatest(living(one -> one.spec().workspaceClass()), MOST_METERS);
  }

  private Map<String, Long> living(Function<Workspace, String> by) {
    return workspaces.stream()
        .filter(one -> !one.stopped())
        .collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
  }

  /** How old the newest backups of running instances are. */
  public List<Meter> getBackups() {
    return Meter.all(BackupAges.of(workspaces, clock.instant()));
  }

  /** Instances that are gone and left what could not be saved. */
  public int getUnsaved() {
    return unsaved;
  }

  /** When the charts begin, as RFC 3339. */
  public String getFrom() {
    return buckets.from().toString();
  }

  /** The middle of the charts, as RFC 3339. */
  public String getMiddle() {
    return buckets.begin(range.parts / 2).toString();
  }

  /** How far back the charts can look. */
  public List<Range> getRanges() {
    return Arrays.asList(Range.values());
  }

  /** How far back they look. */
  public Range getRange() {
    return range;
  }

  /** Why nothing can be shown; empty when it can. */
  public String getProblem() {
    return problem;
  }
}
