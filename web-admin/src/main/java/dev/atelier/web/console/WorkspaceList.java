// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The page of instances that was asked for. */
@Named
@RequestScoped
public class WorkspaceList {
  /** Rows of a page. */
  static final int PAGE = 50;

  /** Owners that the field for them proposes. */
  private static final int MOST_OWNERS = 200;

  @Inject private WorkspaceOperations operations;
  @Inject private HttpServletRequest request;

  private WorkspaceQuery query;
  private List<WorkspaceRow> rows = List.of();
  private List<String> owners = List.of();
  private List<String> classes = List.of();
  private final Map<Phase, Long> counts = new EnumMap<>(Phase.class);
  private Paging paging = Paging.of(0, 1, PAGE);
  private boolean any;
  private String problem = "";

  /**
   * A choice of phase.
   *
   * @param key for the style sheet; empty: all
   * @param label for people
   * @param count how many there are
   * @param search of its address
   * @param chosen whether it is the present one
   */
  public record PhaseChoice(String key, String label, long count, String search, boolean chosen) {}

  @PostConstruct
  void read() {
    query = WorkspaceQuery.of(request::getParameter);
    try {
      show(operations.overview());
    } catch (WorkspaceFault fault) {
      problem = fault.getMessage();
    }
  }

  private void show(List<DescribedWorkspace> all) {
    any = !all.isEmpty();
    owners =
        all.stream()
            .map(one -> one.workspace().spec().owner())
            .distinct()
            .sorted()
            .limit(MOST_OWNERS)
            .toList();
    classes =
        all.stream()
            .map(one -> one.workspace().spec().workspaceClass())
            .distinct()
            .sorted()
            .toList();
    List<DescribedWorkspace> meant =
        all.stream().filter(one -> query.matches(one.workspace())).toList();
    meant.forEach(one -> counts.merge(one.workspace().phase(), 1L, Long::sum));
    List<DescribedWorkspace> shown =
        meant.stream()
            .filter(one -> query.includes(one.workspace()))
            .sorted(query.order())
            .toList();
    paging = Paging.of(shown.size(), query.page(), PAGE);
    rows = shown.subList(paging.from(), paging.to()).stream().map(WorkspaceRow::of).toList();
  }

  /** The instances of this page. */
  public List<WorkspaceRow> getRows() {
    return rows;
  }

  /** Which part of all this is. */
  public Paging getPaging() {
    return paging;
  }

  /** Whether there is any instance at all. */
  public boolean isAny() {
    return any;
  }

  /** Whether anything but order and page is asked for. */
  public boolean isFiltered() {
    return query.filters();
  }

  /** Whose instances there are, for the field to propose. */
  public List<String> getOwners() {
    return owners;
  }

  /** Ids of the classes of which there are instances. */
  public List<String> getClasses() {
    return classes;
  }

  /** All, then the phases that occur, and the one that is chosen. */
  public List<PhaseChoice> getPhases() {
    List<PhaseChoice> choices = new ArrayList<>();
    long sum = counts.values().stream().mapToLong(Long::longValue).sum();
    choices.add(
        new PhaseChoice(
            "", "All", sum, query.withPhase(Optional.empty()).search(), query.phase().isEmpty()));
    for (Phase phase : Phase.values()) {
      boolean chosen = query.phase().equals(Optional.of(phase));
      long count = counts.getOrDefault(phase, 0L);
      if (count > 0 || chosen) {
        choices.add(
            new PhaseChoice(
                Wording.key(phase),
                Wording.of(phase),
                count,
                query.withPhase(Optional.of(phase)).search(),
                chosen));
      }
    }
    return choices;
  }

  /** The address of another page of the same list. */
  public String page(int number) {
    return query.withPage(number).search();
  }

  /** The address of the same list in another order. */
  public String sortedBy(String name) {
    return WorkspaceQuery.constant(WorkspaceQuery.Sort.class, name)
        .map(sort -> query.sortedBy(sort).search())
        .orElse("");
  }

  /** What {@code aria-sort} says of a column. */
  public String order(String name) {
    boolean by = Wording.key(query.sort()).equals(name);
    return by ? query.descending() ? "descending" : "ascending" : "none";
  }

  /** What the address says of a field; empty: nothing. */
  public String asked(String name) {
    return switch (name) {
      case "q" -> query.text();
      case "owner" -> query.owner();
      case "workspace" -> query.workspace();
      case "class" -> query.workspaceClass();
      case "phase" -> query.phase().map(Wording::key).orElse("");
      case "sort" ->
          query.sort() == WorkspaceQuery.Sort.CREATED && query.descending() ? "" : query.sortText();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** What the whole list asks for, as an act on all of it is told. */
  public String getSearch() {
    return query.withPage(1).search();
  }

  /** Why nothing can be shown; empty when it can. */
  public String getProblem() {
    return problem;
  }
}
