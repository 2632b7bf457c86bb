// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.operations.WorkspaceUrls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of the core.
 *
 * @param timeouts {@code atelier.timeouts.*}
 * @param classes {@code atelier.classes.*}
 * @param limits {@code atelier.limits.*}
 * @param urls {@code atelier.url.*}
 * @param maintenance {@code atelier.maintenance.until}
 * @param gitSchemes {@code atelier.git.schemes}
 * @param parallelism {@code atelier.reconciler.parallelism}: instances looked at side by side
 */
public record CoreSettings(
    TimeoutSettings timeouts,
    WorkspaceClasses classes,
    Limits.Settings limits,
    WorkspaceUrls urls,
    Optional<Instant> maintenance,
    Set<String> gitSchemes,
    int parallelism) {

  private static final Set<String> GIT_SCHEMES = Set.of("http", "https", "ssh");

  /** The calls of the API, each of which may have a limit. */
  private static final List<String> CALLS =
      List.of(
          "GetWorkspaces",
          "StartWorkspace",
          "StopWorkspace",
          "DescribeWorkspace",
          "BackupWorkspace",
          "Subscribe",
          "MarkActive",
          "SetTimeout",
          "ControlPort",
          "TakeSnapshot",
          "ControlAdmission",
          "DeleteVolumeSnapshot",
          "UpdateSSHKey",
          "DescribeCluster");

  /** Reads them. */
  public static CoreSettings from(Settings settings) {
    CoreSettings read =
        new CoreSettings(
            timeouts(settings),
            classes(settings),
            limits(settings),
            urls(settings),
            settings.instant("atelier.maintenance.until"),
            gitSchemes(settings),
            settings.number("atelier.reconciler.parallelism", 8, 1, 1_000));
    settings.throwIfAny();
    return read;
  }

  private static TimeoutSettings timeouts(Settings settings) {
    TimeoutSettings otherwise = TimeoutSettings.DEFAULT;
    String prefix = "atelier.timeouts.";
    return new TimeoutSettings(
        settings.duration(prefix + "initialization", otherwise.initialization()),
        settings.duration(prefix + "startup", otherwise.startup()),
        settings.duration(prefix + "regular", otherwise.regular()),
        settings.duration(prefix + "closed", otherwise.closed()),
        settings.duration(prefix + "lifetime", otherwise.lifetime()),
        settings.duration(prefix + "headless", otherwise.headless()),
        settings.duration(prefix + "interrupted", otherwise.interrupted()),
        settings.duration(prefix + "finalization", otherwise.finalization()),
        settings.duration(prefix + "stopping", otherwise.stopping()),
        settings.duration(prefix + "retention", otherwise.retention()));
  }

  private static WorkspaceClasses classes(Settings settings) {
    List<WorkspaceClass> classes = new ArrayList<>();
    for (String id : settings.texts("atelier.classes", "default")) {
      classes.add(workspaceClass(settings, id));
    }
    Set<String> ids = new HashSet<>(classes.stream().map(WorkspaceClass::id).toList());
    String first = ids.contains("default") ? "default" : classes.get(0).id();
    String preferred = settings.text("atelier.classes.preferred", first);
    if (!ids.contains(preferred)) {
      settings.fault("atelier.classes.preferred", preferred, "one of atelier.classes");
    }
    settings
        .below("atelier.class.")
        .forEach(
            (name, value) -> {
              if (ids.stream().noneMatch(id -> name.startsWith(id + "."))) {
                settings.fault("atelier.class." + name, value, "of a class in atelier.classes");
              }
            });
    Map<String, String> aliases = settings.below("atelier.classes.alias.");
    aliases.forEach(
        (alias, id) -> {
          if (!ids.contains(id)) {
            settings.fault("atelier.classes.alias." + alias, id, "one of atelier.classes");
          }
        });
    return new WorkspaceClasses(
        classes, preferred, aliases, settings.flag("atelier.classes.unknown-is-preferred", false));
  }

  private static WorkspaceClass workspaceClass(Settings settings, String id) {
    String prefix = "atelier.class." + id + ".";
    long memory = settings.bytes(prefix + "memory", 4L << 30);
    WorkspaceClass.Resources resources =
        new WorkspaceClass.Resources(
            settings.cpuMillis(prefix + "cpu", 2_000),
            settings.cpuMillis(prefix + "cpu-limit", 0),
            memory,
            settings.bytes(prefix + "memory-limit", memory),
            settings.number(prefix + "processes", 4_096, 0, 4_194_304),
            settings.bytes(prefix + "storage", 20L << 30));
    return new WorkspaceClass(
        id,
        settings.text(prefix + "display-name", id),
        settings.text(prefix + "description", description(resources)),
        (float) settings.decimal(prefix + "credits-per-minute", 0),
        resources,
        settings.durationOrZero(prefix + "backup-interval", Duration.ofMinutes(5)));
  }

  private static String description(WorkspaceClass.Resources resources) {
    return "%d vCPU, %d GB memory, %d GB disk"
        .formatted(
            roundedUp(resources.cpuMillis(), 1_000),
            roundedUp(resources.memoryBytes(), 1L << 30),
            roundedUp(resources.storageBytes(), 1L << 30));
  }

  private static long roundedUp(long amount, long unit) {
    return (amount + unit - 1) / unit;
  }

  private static Limits.Settings limits(Settings settings) {
    Map<String, Integer> calls = new HashMap<>();
    for (String call : CALLS) {
      calls.put(
          call,
          settings.number("atelier.limits.calls-per-second." + call, 0, 0, Integer.MAX_VALUE));
    }
    return new Limits.Settings(
        calls,
        settings.number("atelier.limits.instances-per-owner", 0, 0, Integer.MAX_VALUE),
        settings.number("atelier.limits.instances", 0, 0, Integer.MAX_VALUE));
  }

  private static WorkspaceUrls urls(Settings settings) {
    String host =
        settings.text("atelier.http.host", "127.0.0.1")
            + ":"
            + settings.number("atelier.http.port", 8080, 0, 65535);
    return new WorkspaceUrls(
        settings.text("atelier.url.workspace", "http://{host}/workspaces/{id}"),
        settings.text("atelier.url.port", "http://{host}/workspaces/{id}?port={port}"),
        settings.text("atelier.url.host", host));
  }

  private static Set<String> gitSchemes(Settings settings) {
    List<String> schemes = settings.texts("atelier.git.schemes", "http,https");
    if (schemes.isEmpty() || !GIT_SCHEMES.containsAll(schemes)) {
      settings.fault(
          "atelier.git.schemes", String.join(",", schemes), "a list out of http, https and ssh");
    }
    return Set.copyOf(schemes);
  }
}
