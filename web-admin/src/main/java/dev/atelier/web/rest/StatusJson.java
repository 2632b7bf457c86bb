// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says states in JSON, by the names of the wire. An owner token is never among them. */
public final class StatusJson {
  private StatusJson() {}

  /** An instance with what follows from it. */
  public static JsonObjectBuilder of(DescribedWorkspace described) {
    JsonObjectBuilder json = of(described.workspace());
    described.lastActivity().ifPresent(at -> json.add("last_activity", at.toString()));
    described
        .deadline()
        .ifPresent(
            deadline ->
                json.add(
                    "deadline",
                    Json.createObjectBuilder()
                        .add("at", deadline.at().toString())
                        .add("activity", deadline.activity().text())));
    return json;
  }

  static JsonObjectBuilder of(Workspace workspace) {
    JsonObjectBuilder json =
        Json.createObjectBuilder()
            .add("id", workspace.id())
            .add("status_version", workspace.version())
            .add("metadata", metadata(workspace))
            .add("spec", spec(workspace))
            .add("phase", lower(workspace.phase()))
            .add("conditions", conditions(workspace.status().conditions()))
            .add("message", workspace.status().message())
            .add(
                "runtime",
                Json.createObjectBuilder()
                    .add("node_name", workspace.status().runtime().nodeName())
                    .add("pod_name", workspace.status().runtime().podName())
                    .add("node_ip", workspace.status().runtime().nodeIp()))
            .add(
                "auth",
                Json.createObjectBuilder()
                    .add("admission", lower(workspace.controls().admission())));
    workspace.status().repo().ifPresent(repo -> json.add("repo", repo(repo)));
    JsonObjectBuilder metrics = Json.createObjectBuilder();
    workspace
        .status()
        .initializerMetrics()
        .steps()
        .forEach(
            (kind, metric) ->
                metrics.add(
                    lower(kind),
                    Json.createObjectBuilder()
                        .add("duration", GoDuration.format(metric.duration()))
                        .add("size", metric.size())));
    return json.add("initializer_metrics", metrics);
  }

  private static JsonObjectBuilder metadata(Workspace workspace) {
    WorkspaceSpec spec = workspace.spec();
    JsonObjectBuilder annotations = Json.createObjectBuilder();
    spec.annotations().forEach(annotations::add);
    JsonObjectBuilder json =
        Json.createObjectBuilder()
            .add("owner", spec.owner())
            .add("meta_id", spec.metaId())
            .add("started_at", workspace.createdAt().toString())
            .add("annotations", annotations);
    spec.team().ifPresent(team -> json.add("team", team));
    spec.project().ifPresent(project -> json.add("project", project));
    return json;
  }

  private static JsonObjectBuilder spec(Workspace workspace) {
    WorkspaceSpec spec = workspace.spec();
    JsonArrayBuilder ports = Json.createArrayBuilder();
    workspace.controls().ports().forEach(port -> ports.add(port(port)));
    return Json.createObjectBuilder()
        .add("workspace_image", spec.workspaceImage())
        .add("headless", spec.headless())
        .add("url", spec.url())
        .add("exposed_ports", ports)
        .add("type", lower(spec.type()))
        .add("timeout", GoDuration.format(workspace.controls().timeout()))
        .add("closed_timeout", GoDuration.format(workspace.controls().closedTimeout()))
        .add("maximum_lifetime", GoDuration.format(spec.maximumLifetime()))
        .add("class", spec.workspaceClass());
  }

  private static JsonObjectBuilder port(ExposedPort port) {
    return Json.createObjectBuilder()
        .add("port", port.port())
        .add("visibility", lower(port.visibility()))
        .add("protocol", lower(port.protocol()))
        .add("url", port.url());
  }

  private static JsonObjectBuilder conditions(Conditions is) {
    JsonObjectBuilder json =
        Json.createObjectBuilder()
            .add("failed", is.failed())
            .add("timeout", is.timeout())
            .add("pulling_images", is.pullingImages())
            .add("snapshot", is.snapshot())
            .add("final_backup_complete", is.finalBackupComplete())
            .add("deployed", is.deployed())
            .add("network_not_ready", is.networkNotReady())
            .add("headless_task_failed", is.headlessTaskFailed())
            .add("stopped_by_request", is.stoppedByRequest())
            .add("aborted", is.aborted());
    add(json, "first_user_activity", is.firstUserActivity());
    is.volumeSnapshot()
        .ifPresent(
            volume ->
                json.add(
                    "volume_snapshot",
                    Json.createObjectBuilder()
                        .add("volume_snapshot_name", volume.name())
                        .add("volume_snapshot_handle", volume.handle())));
    return json;
  }

  private static JsonObjectBuilder repo(GitStatus repo) {
    return Json.createObjectBuilder()
        .add("branch", repo.branch())
        .add("latest_commit", repo.latestCommit())
        .add("uncommited_files", array(repo.uncommittedFiles()))
        .add("total_uncommited_files", repo.totalUncommittedFiles())
        .add("untracked_files", array(repo.untrackedFiles()))
        .add("total_untracked_files", repo.totalUntrackedFiles())
        .add("unpushed_commits", array(repo.unpushedCommits()))
        .add("total_unpushed_commits", repo.totalUnpushedCommits());
  }

  static JsonArrayBuilder array(List<String> texts) {
    JsonArrayBuilder array = Json.createArrayBuilder();
    texts.forEach(array::add);
    return array;
  }

  static void add(JsonObjectBuilder json, String name, Optional<Instant> at) {
    at.ifPresent(when -> json.add(name, when.toString()));
  }

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
