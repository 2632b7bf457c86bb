// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import dev.atelier.workspace.security.Scope;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What each page and each resource needs: the one table of it. Pure. */
public final class AccessPolicy {
  private static final Set<String> LOOKING = Set.of("GET", "HEAD", "OPTIONS");

  /** What a request needs. */
  public enum Access {
    /** Nothing. */
    PUBLIC,
    /** Nothing on the loopback interface, elsewhere the scope read. */
    LOCAL_OR_READ,
    /** The scope read. */
    READ,
    /** The scope operate. */
    OPERATE,
    /** The scope admin. */
    ADMIN;

    /** The scope; empty where it can do without one. */
    public Optional<Scope> scope() {
      return switch (this) {
        case PUBLIC -> Optional.empty();
        case LOCAL_OR_READ, READ -> Optional.of(Scope.READ);
        case OPERATE -> Optional.of(Scope.OPERATE);
        case ADMIN -> Optional.of(Scope.ADMIN);
      };
    }
  }

  /**
   * One line of the table.
   *
   * @param looking for requests that only look, or for the others
   * @param path all of it
   */
  private record Rule(boolean looking, Pattern path, Access access) {}

  /** The first that fits. */
  private static final List<Rule> RULES =
      List.of(
          look(
              "/sign-in|/sign-in\\.xhtml|/assets/.*|/jakarta\\.faces\\.resource/.*", Access.PUBLIC),
          look("/health(/.*)?|/oidc/(sign-in|callback)|/favicon\\.ico", Access.PUBLIC),
          look("/metrics(/.*)?", Access.LOCAL_OR_READ),
          look("/.*", Access.READ),
          change("/sign-in|/sign-out", Access.PUBLIC),
          // Tables page and filter by POST; a bean gets a caller from CurrentUser or cannot act.
          change("/[^/]+\\.xhtml|/", Access.READ),
          change("/(start|snapshots|content|usage|audit|classes|subscribers)", Access.READ),
          change("/workspaces/.*", Access.OPERATE),
          change(
              "/api/v1/(snapshots|stored|unsaved|volume-snapshots|maintenance)(/.*)?",
              Access.ADMIN),
          change("/api/v1/workspaces(/.*)?", Access.OPERATE),
          change("/.*", Access.ADMIN));

  private AccessPolicy() {}

  private static Rule look(String path, Access access) {
    return new Rule(true, Pattern.compile(path), access);
  }

  private static Rule change(String path, Access access) {
    return new Rule(false, Pattern.compile(path), access);
  }

  /**
   * What a request needs.
   *
   * @param path within the application, without parameters, decoded and normal
   */
  public static Access of(String method, String path) {
    boolean looking = LOOKING.contains(method);
    return RULES.stream()
        .filter(rule -> rule.looking() == looking && rule.path().matcher(path).matches())
        .findFirst()
        .map(Rule::access)
        .orElse(Access.ADMIN);
  }
}
