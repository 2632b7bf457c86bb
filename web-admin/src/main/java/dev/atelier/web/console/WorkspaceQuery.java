// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which instances the list shows, and in which order; its address holds it.
 *
 * @param text in the id, the names or the note, whatever its case; empty: any
 * @param owner exact; empty: any
 * @param workspace name of the workspace proper, exact; empty: any
 * @param workspaceClass id, exact; empty: any
 * @param phase empty: any
 * @param sort by what
 * @param descending greatest first
 * @param page which, from 1
 */
record WorkspaceQuery(
    String text,
    String owner,
    String workspace,
    String workspaceClass,
    Optional<Phase> phase,
    Sort sort,
    boolean descending,
    int page) {

  /** What the list can be ordered by. */
  enum Sort {
    /** Age. */
    CREATED,
    /** Name of the workspace. */
    NAME,
    /** How far it is. */
    PHASE,
    /** Whose it is. */
    OWNER,
    /** Its class. */
    CLASS,
    /** When it was last saved; never comes first. */
    BACKUP,
    /** When it is stopped; never comes last. */
    DEADLINE
  }

  /** Reads the parameters of a request; what makes no sense is left out. */
  static WorkspaceQuery of(Function<String, String> parameters) {
    String sort = text(parameters, "sort");
    boolean descending = sort.startsWith("-");
    Optional<Sort> by = constant(Sort.class, descending ? sort.substring(1) : sort);
    return new WorkspaceQuery(
        text(parameters, "q"),
        text(parameters, "owner"),
        text(parameters, "workspace"),
        text(parameters, "class"),
        constant(Phase.class, text(parameters, "phase")),
        by.orElse(Sort.CREATED),
        by.isEmpty() || descending,
        PageNumber.of(parameters.apply("page")));
  }

  private static String text(Function<String, String> parameters, String name) {
    String value = parameters.apply(name);
    return value == null ? "" : value.strip();
  }

  static <E extends Enum<E>> Optional<E> constant(Class<E> type, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(name)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }

  /** Whether it is meant, its phase aside. */
  boolean matches(Workspace one) {
    return (owner.isEmpty() || owner.equals(one.spec().owner()))
        && (workspace.isEmpty() || workspace.equals(one.spec().metaId()))
        && (workspaceClass.isEmpty() || workspaceClass.equals(one.spec().workspaceClass()))
        && (text.isEmpty() || contains(one, text.toLowerCase(Locale.ROOT)));
  }

  private static boolean contains(Workspace one, String part) {
    return one.id().contains(part)
        || one.spec().metaId().toLowerCase(Locale.ROOT).contains(part)
        || one.spec().owner().toLowerCase(Locale.ROOT).contains(part)
        || Wording.note(one).toLowerCase(Locale.ROOT).contains(part);
  }

  /** Whether it is meant, its phase too. */
  boolean includes(Workspace one) {
    return phase.map(one.phase()::equals).orElse(true) && matches(one);
  }

  Comparator<DescribedWorkspace> order() {
    Comparator<DescribedWorkspace> order = ascending();
    return (descending ? order.reversed() : order).thenComparing(one -> one.workspace().id());
  }

  private Comparator<DescribedWorkspace> ascending() {
    return switch (sort) {
      case CREATED -> Comparator.comparing(one -> one.workspace().createdAt());
      case NAME -> Comparator.comparing(one -> one.workspace().spec().metaId());
      case PHASE -> Comparator.comparing(one -> one.workspace().phase());
      case OWNER -> Comparator.comparing(one -> one.workspace().spec().owner());
      case CLASS -> Comparator.comparing(one -> one.workspace().spec().workspaceClass());
      case BACKUP ->
          Comparator.comparing(one -> LastBackup.at(one.workspace()).orElse(Instant.MIN));
      case DEADLINE ->
          Comparator.comparing(one -> one.deadline().map(Deadline::at).orElse(Instant.MAX));
    };
  }

  /** Whether anything but order and page is asked for. */
  boolean filters() {
    return !(text + owner + workspace + workspaceClass).isEmpty() || phase.isPresent();
  }

  WorkspaceQuery withPhase(Optional<Phase> other) {
    return new WorkspaceQuery(text, owner, workspace, workspaceClass, other, sort, descending, 1);
  }

  WorkspaceQuery withPage(int other) {
    return new WorkspaceQuery(
        text, owner, workspace, workspaceClass, phase, sort, descending, other);
  }

  /** By that, the other way round where it is so already. */
  WorkspaceQuery sortedBy(Sort other) {
    boolean turned = other == sort ? !descending : other == Sort.CREATED;
    return new WorkspaceQuery(text, owner, workspace, workspaceClass, phase, other, turned, 1);
  }

  /** As the address of the list has it, from the question mark on; empty for the plain list. */
  String search() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("q", text);
    parameters.put("owner", owner);
    parameters.put("workspace", workspace);
    parameters.put("class", workspaceClass);
    parameters.put("phase", phase.map(Wording::key).orElse(""));
    parameters.put("sort", sort == Sort.CREATED && descending ? "" : sortText());
    parameters.put("page", page == 1 ? "" : Integer.toString(page));
    String search =
        parameters.entrySet().stream()
            .filter(entry -> !entry.getValue().isEmpty())
            .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    return search.isEmpty() ? "" : "?" + search;
  }

  String sortText() {
    return (descending ? "-" : "") + Wording.key(sort);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
