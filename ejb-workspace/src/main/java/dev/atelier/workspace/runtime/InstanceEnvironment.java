// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The environment of an instance's processes; the same in every runtime. Pure.
 *
 * @param heartbeat told to the instance as the interval of its activity signals; at least 1 ms
 * @param host told to the instance as the host of the platform; empty: not told
 * @param workspaceFolder the absolute path of the workspace folder as the instance sees it
 */
public record InstanceEnvironment(
    Duration heartbeat, Optional<String> host, String workspaceFolder) {
  private static final long MEBIBYTE = 1L << 20;

  /**
   * The variables by name: users' and the system's as they were sent, then the manager's own. A
   * later one wins; one without a value and a secret is left out.
   *
   * @param variables users' and the system's, in this order
   * @throws MissingSecretException when one refers to what is not there, or is too long
   */
  public Map<String, String> of(
      Workspace workspace,
      List<EnvironmentVariable> variables,
      WorkspaceClass workspaceClass,
      SecretLookup secrets)
      throws MissingSecretException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (EnvironmentVariable variable : variables) {
      String value = value(variable, secrets);
      if (!value.isEmpty() && EnvironmentVariable.usable(variable.name())) {
        put(environment, variable.name(), value);
      }
    }
    own(workspace, workspaceClass).forEach((name, value) -> put(environment, name, value));
    return environment;
  }

  private static String value(EnvironmentVariable variable, SecretLookup secrets)
      throws MissingSecretException {
    if (!variable.value().isEmpty() || variable.secret().isEmpty()) {
      return variable.value();
    }
    SecretKey key = variable.secret().get();
    String value =
        secrets.find(key).orElseThrow(() -> MissingSecretException.absent(variable, key));
    if (!variable.holds(value)) {
      throw MissingSecretException.tooLong(variable, key);
    }
    return value;
  }

  /** Moves a name that comes again to the end, so that the order is that of the last mention. */
  private static void put(Map<String, String> environment, String name, String value) {
    if (!value.isEmpty()) {
      environment.remove(name);
      environment.put(name, value);
    }
  }

  private Map<String, String> own(Workspace workspace, WorkspaceClass workspaceClass) {
    WorkspaceSpec spec = workspace.spec();
    WorkspaceClass.Resources resources = workspaceClass.resources();
    List<String> roots =
        spec.initializer().checkoutLocations().stream().map(this::absolute).toList();
    Map<String, String> own = new LinkedHashMap<>();
    own.put("GITPOD_WORKSPACE_ID", spec.metaId());
    own.put("GITPOD_INSTANCE_ID", workspace.id());
    own.put("GITPOD_OWNER_ID", spec.owner());
    own.put("GITPOD_WORKSPACE_URL", spec.url());
    own.put("GITPOD_HOST", host.orElse(""));
    own.put("GITPOD_REPO_ROOT", roots.isEmpty() ? workspaceFolder : roots.get(0));
    own.put(
        "GITPOD_REPO_ROOTS",
        roots.isEmpty() ? workspaceFolder : roots.stream().collect(Collectors.joining(",")));
    own.put("GITPOD_WORKSPACE_CLASS", spec.workspaceClass());
    own.put("GITPOD_GIT_USER_NAME", spec.git().username());
    own.put("GITPOD_GIT_USER_EMAIL", spec.git().email());
    own.put("GITPOD_INTERVAL", Long.toString(heartbeat.toMillis()));
    own.put("GITPOD_MEMORY", Long.toString(roundedUp(resources.memoryBytes(), MEBIBYTE)));
    own.put("GITPOD_CPU_COUNT", Long.toString(roundedUp(resources.cpuMillis(), 1000)));
    own.put("GITPOD_HEADLESS", spec.headless() ? "true" : "");
    return own;
  }

  private String absolute(String location) {
    return location.isEmpty() ? workspaceFolder : workspaceFolder + "/" + location;
  }

  private static long roundedUp(long amount, long unit) {
    return Math.max(1, (amount + unit - 1) / unit);
  }
}
