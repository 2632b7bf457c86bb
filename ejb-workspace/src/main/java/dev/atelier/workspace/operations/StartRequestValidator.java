// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks what a client asks to start, tells all its faults at once, and fills in defaults. Pure.
 */
public final class StartRequestValidator {
  private static final int MAX_ID = 52;
  private static final int MAX_PREFIX = 57;

  private static final int MAX_ENVIRONMENT = 512 * 1024;
  private static final int MAX_ANNOTATIONS = 256 * 1024;

  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  /** Would be taken for a port's host name, which is the port number, a hyphen and the prefix. */
  private static final Pattern LIKE_A_PORT = Pattern.compile("[0-9]+-.*");

  private final WorkspaceClasses classes;
  private final TimeoutSettings timeouts;
  private final WorkspaceUrls urls;
  private final Set<String> gitSchemes;

  /**
   * Checks against what this manager offers.
   *
   * @param gitSchemes schemes of git remotes, such as http, https and ssh
   */
  public StartRequestValidator(
      WorkspaceClasses classes,
      TimeoutSettings timeouts,
      WorkspaceUrls urls,
      Set<String> gitSchemes) {
    this.classes = classes;
    this.timeouts = timeouts;
    this.urls = urls;
    this.gitSchemes = Set.copyOf(gitSchemes);
  }

  /**
   * A request that is right.
   *
   * @param workspace the instance to record
   * @param initializer with its credentials
   * @param environment user variables, then system ones
   */
  public record Validated(
      Workspace workspace, Initializer initializer, List<EnvironmentVariable> environment) {}

  /**
   * Checks a request.
   *
   * @throws WorkspaceFault INVALID_ARGUMENT with every fault of the request
   */
  public Validated validate(StartRequest request, Instant now, TraceContext trace)
      throws WorkspaceFault {
    Violations violations = new Violations(request.unreadable());
    violations.dnsLabel("id", request.id(), MAX_ID);
    prefix(request, violations);
    metadata(request.metadata(), violations);
    if (!violations.check(request.spec() != null, "spec", "is missing")) {
      violations.throwIfAny();
    }
    StartRequest.Spec spec = request.spec();
    violations.present("spec.workspace_image", spec.workspaceImage());
    violations.check(!spec.workspaceLocation().isEmpty(), "spec.workspace_location", "is missing");
    String location = violations.path("spec.workspace_location", spec.workspaceLocation());
    Initializer initializer = spec.initializer();
    if (violations.check(initializer != null, "spec.initializer", "is missing")) {
      initializer =
          new InitializerValidator(gitSchemes, violations)
              .validated("spec.initializer", initializer);
    }
    images(spec, violations);
    ports(spec.ports(), violations);
    environment("spec.envvars", spec.envvars(), violations);
    environment("spec.sys_envvars", spec.sysEnvvars(), violations);
    violations.check(
        environmentSize(spec.envvars()) + environmentSize(spec.sysEnvvars()) <= MAX_ENVIRONMENT,
        "spec.envvars",
        "is longer than 512 KiB in all, with spec.sys_envvars");
    sshKeys("spec.ssh_public_keys", spec.sshPublicKeys(), violations);
    boolean headless = request.type() != null && request.type().headless();
    Duration timeout =
        violations.duration(
            "spec.timeout",
            spec.timeout(),
            headless ? timeouts.headless() : timeouts.regular(),
            false);
    Duration closed =
        violations.duration("spec.closed_timeout", spec.closedTimeout(), timeouts.closed(), true);
    Duration lifetime =
        violations.duration(
            "spec.maximum_lifetime", spec.maximumLifetime(), timeouts.lifetime(), false);
    Optional<WorkspaceClass> workspaceClass = workspaceClass(spec.workspaceClass(), violations);
    violations.throwIfAny();

    WorkspaceSpec asked =
        spec(
            request,
            initializer.withoutCredentials(),
            location,
            workspaceClass.orElseThrow(),
            lifetime);
    List<ExposedPort> ports = urls.ports(request.id(), asked.urlPrefix(), spec.ports());
    WorkspaceControls controls =
        new WorkspaceControls(
            timeout,
            closed,
            ports,
            spec.admission(),
            spec.sshPublicKeys(),
            Optional.empty(),
            false,
            Optional.empty());
    Workspace workspace =
        new Workspace(request.id(), 1, now, asked, controls, WorkspaceStatus.NEW, trace);
    List<EnvironmentVariable> environment =
        Stream.concat(
                spec.envvars().stream().filter(EnvironmentVariable::openToUsers),
                spec.sysEnvvars().stream())
            .toList();
    return new Validated(workspace, initializer, environment);
  }

  private WorkspaceSpec spec(
      StartRequest request,
      Initializer initializer,
      String location,
      WorkspaceClass workspaceClass,
      Duration lifetime) {
    StartRequest.Metadata metadata = request.metadata();
    StartRequest.Spec spec = request.spec();
    String prefix = request.servicePrefix().isEmpty() ? metadata.metaId() : request.servicePrefix();
    return new WorkspaceSpec(
        request.type(),
        metadata.owner(),
        metadata.metaId(),
        request.servicePrefix(),
        metadata.annotations(),
        metadata.team(),
        metadata.project(),
        spec.workspaceImage(),
        spec.ideImage(),
        spec.ideImageLayers(),
        Set.copyOf(spec.featureFlags()),
        initializer,
        location,
        spec.git(),
        workspaceClass.id(),
        urls.of(request.id(), prefix),
        lifetime,
        workspaceClass.backupInterval());
  }

  private static void prefix(StartRequest request, Violations violations) {
    String prefix = request.servicePrefix();
    boolean regular = request.type() == WorkspaceType.REGULAR;
    if (UUID.matcher(prefix).matches() || (prefix.isEmpty() && !regular)) {
      return;
    }
    if (regular) {
      violations.dnsLabel("service_prefix", prefix, MAX_PREFIX);
      violations.check(
          !LIKE_A_PORT.matcher(prefix).matches(),
          "service_prefix",
          "must not begin with digits and a hyphen, unless it is a UUID");
    } else {
      violations.labelSafe("service_prefix", prefix);
    }
  }

  private static void metadata(StartRequest.Metadata metadata, Violations violations) {
    if (!violations.check(metadata != null, "metadata", "is missing")) {
      return;
    }
    violations.labelSafe("metadata.owner", metadata.owner());
    violations.labelSafe("metadata.meta_id", metadata.metaId());
    metadata.team().ifPresent(team -> violations.text("metadata.team", team));
    metadata.project().ifPresent(project -> violations.text("metadata.project", project));
    long size = 0;
    for (Map.Entry<String, String> entry : metadata.annotations().entrySet()) {
      size += Violations.size(entry.getKey()) + Violations.size(entry.getValue());
    }
    violations.check(
        size <= MAX_ANNOTATIONS, "metadata.annotations", "is longer than 256 KiB in all");
  }

  private static void images(StartRequest.Spec spec, Violations violations) {
    violations.text("spec.ide_image.web_ref", spec.ideImage().webRef());
    violations.text("spec.ide_image.supervisor_ref", spec.ideImage().supervisorRef());
    violations.size("spec.ide_image_layers", spec.ideImageLayers());
    for (int i = 0; i < spec.ideImageLayers().size(); i++) {
      violations.text("spec.ide_image_layers[" + i + "]", spec.ideImageLayers().get(i));
    }
    violations.text("spec.git.username", spec.git().username());
    violations.text("spec.git.email", spec.git().email());
  }

  private static void ports(List<PortRequest> ports, Violations violations) {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      String field = "spec.ports[" + i + "].port";
      if (port(field, ports.get(i).port(), violations)) {
        violations.check(seen.add(ports.get(i).port()), field, "is exposed twice");
      }
    }
  }

  /** Whether it is a port number. */
  static boolean port(String field, long port, Violations violations) {
    return violations.check(port >= 1 && port <= 65535, field, "must be between 1 and 65535");
  }

  private static long environmentSize(List<EnvironmentVariable> variables) {
    return variables.stream()
        .mapToLong(variable -> Violations.size(variable.name()) + Violations.size(variable.value()))
        .sum();
  }

  private static void environment(
      String list, List<EnvironmentVariable> variables, Violations violations) {
    for (int i = 0; i < variables.size(); i++) {
      EnvironmentVariable variable = variables.get(i);
      String field = list + "[" + i + "]";
      violations.check(
          variable.name().length() <= Violations.MAX_FIELD
              && EnvironmentVariable.usable(variable.name()),
          field + ".name",
          "must be letters, digits, underscores, dots and hyphens, not beginning with a digit");
      violations.check(
          variable.holds(variable.value()),
          field + ".value",
          "is longer than 131,069 bytes, with its name");
      violations.check(variable.value().indexOf('\0') < 0, field + ".value", "has a NUL in it");
      variable
          .secret()
          .ifPresent(
              secret -> {
                violations.check(
                    secret.named(), field + ".secret.secret_name", "must be the name of a secret");
                violations.check(
                    secret.keyed(), field + ".secret.key", "must be a key of the secret");
              });
    }
  }

  /** Checks SSH keys, which may be none. */
  static void sshKeys(String field, List<String> keys, Violations violations) {
    violations.size(field, keys);
    for (int i = 0; i < keys.size(); i++) {
      violations.check(
          SshPublicKey.valid(keys.get(i)),
          field + "[" + i + "]",
          "must be an OpenSSH public key, such as ssh-ed25519 AAAA…");
    }
  }

  private Optional<WorkspaceClass> workspaceClass(String name, Violations violations) {
    if (!violations.text("spec.class", name)) {
      return Optional.empty();
    }
    Optional<WorkspaceClass> found = classes.find(name);
    violations.check(
        found.isPresent(),
        "spec.class",
        "is not a class of this manager, which are: "
            + String.join(", ", classes.all().stream().map(WorkspaceClass::id).toList()));
    return found;
  }
}
