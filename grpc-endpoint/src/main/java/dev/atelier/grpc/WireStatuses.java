// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.atelier.proto.contentservice.GitStatus;
import dev.atelier.proto.wsman.AdmissionLevel;
import dev.atelier.proto.wsman.IDEImage;
import dev.atelier.proto.wsman.InitializerMetric;
import dev.atelier.proto.wsman.InitializerMetrics;
import dev.atelier.proto.wsman.PortProtocol;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.PortVisibility;
import dev.atelier.proto.wsman.VolumeSnapshotInfo;
import dev.atelier.proto.wsman.WorkspaceAuthentication;
import dev.atelier.proto.wsman.WorkspaceClass;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceConditions;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceRuntimeInfo;
import dev.atelier.proto.wsman.WorkspaceSpec;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Workspace;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Map;

/** Says what is known of an instance in the wire's words. */
final class WireStatuses {
  /** RFC 3339 with all nine digits of the nanoseconds, in UTC. */
  private static final DateTimeFormatter RFC_3339 =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter().withZone(ZoneOffset.UTC);

  private WireStatuses() {}

  /** Whole in every phase: nothing that a client could take for absent is left out. */
  static WorkspaceStatus status(Workspace workspace, String ownerToken) {
    dev.atelier.workspace.domain.WorkspaceStatus status = workspace.status();
    WorkspaceStatus.Builder wire =
        WorkspaceStatus.newBuilder()
            .setId(workspace.id())
            .setStatusVersion(workspace.version())
            .setMetadata(metadata(workspace))
            .setSpec(spec(workspace))
            .setPhase(phase(status.phase()))
            .setConditions(conditions(status.conditions()))
            .setMessage(status.message())
            .setRuntime(runtime(status.runtime()))
            .setAuth(
                WorkspaceAuthentication.newBuilder()
                    .setAdmission(admission(workspace.controls().admission()))
                    .setOwnerToken(ownerToken));
    status.repo().map(WireStatuses::repo).ifPresent(wire::setRepo);
    if (!status.initializerMetrics().steps().isEmpty()) {
      wire.setInitializerMetrics(metrics(status.initializerMetrics()));
    }
    return wire.build();
  }

  static WorkspaceClass workspaceClass(dev.atelier.workspace.domain.WorkspaceClass known) {
    return WorkspaceClass.newBuilder()
        .setId(known.id())
        .setDisplayName(known.displayName())
        .setDescription(known.description())
        .setCreditsPerMinute(known.creditsPerMinute())
        .build();
  }

  static String rfc3339(Instant instant) {
    return RFC_3339.format(instant);
  }

  private static WorkspaceMetadata metadata(Workspace workspace) {
    dev.atelier.workspace.domain.WorkspaceSpec spec = workspace.spec();
    WorkspaceMetadata.Builder wire =
        WorkspaceMetadata.newBuilder()
            .setOwner(spec.owner())
            .setMetaId(spec.metaId())
            .setStartedAt(timestamp(workspace.createdAt()))
            .putAllAnnotations(spec.annotations());
    spec.team().ifPresent(wire::setTeam);
    spec.project().ifPresent(wire::setProject);
    workspace
        .status()
        .image()
        .ifPresent(
            image ->
                wire.getMetricsBuilder()
                    .getImageBuilder()
                    .setTotalSize(image.totalSize())
                    .setWorkspaceImageSize(image.workspaceImageSize()));
    return wire.build();
  }

  private static WorkspaceSpec spec(Workspace workspace) {
    dev.atelier.workspace.domain.WorkspaceSpec spec = workspace.spec();
    return WorkspaceSpec.newBuilder()
        .setWorkspaceImage(spec.workspaceImage())
        .setHeadless(spec.headless())
        .setUrl(spec.url())
        .addAllExposedPorts(ports(workspace.controls().ports()))
        .setType(type(spec.type()))
        .setTimeout(GoDuration.format(workspace.controls().timeout()))
        .setIdeImage(
            IDEImage.newBuilder()
                .setWebRef(spec.ideImage().webRef())
                .setSupervisorRef(spec.ideImage().supervisorRef()))
        .setClass_(spec.workspaceClass())
        .addAllIdeImageLayers(spec.ideImageLayers())
        .setClosedTimeout(GoDuration.format(workspace.controls().closedTimeout()))
        .build();
  }

  private static List<PortSpec> ports(List<ExposedPort> ports) {
    return ports.stream()
        .map(
            port ->
                PortSpec.newBuilder()
                    .setPort(port.port())
                    .setVisibility(
                        switch (port.visibility()) {
                          case PRIVATE -> PortVisibility.PORT_VISIBILITY_PRIVATE;
                          case PUBLIC -> PortVisibility.PORT_VISIBILITY_PUBLIC;
                        })
                    .setProtocol(
                        switch (port.protocol()) {
                          case HTTP -> PortProtocol.PORT_PROTOCOL_HTTP;
                          case HTTPS -> PortProtocol.PORT_PROTOCOL_HTTPS;
                        })
                    .setUrl(port.url())
                    .build())
        .toList();
  }

  private static WorkspaceConditions conditions(Conditions conditions) {
    WorkspaceConditions.Builder wire =
        WorkspaceConditions.newBuilder()
            .setFailed(conditions.failed())
            .setTimeout(conditions.timeout())
            .setPullingImages(bool(conditions.pullingImages()))
            .setSnapshot(conditions.snapshot())
            .setFinalBackupComplete(bool(conditions.finalBackupComplete()))
            .setDeployed(bool(conditions.deployed()))
            .setNetworkNotReady(bool(conditions.networkNotReady()))
            .setHeadlessTaskFailed(conditions.headlessTaskFailed())
            .setStoppedByRequest(bool(conditions.stoppedByRequest()))
            .setAborted(bool(conditions.aborted()));
    conditions
        .firstUserActivity()
        .map(WireStatuses::timestamp)
        .ifPresent(wire::setFirstUserActivity);
    conditions
        .volumeSnapshot()
        .ifPresent(
            snapshot ->
                wire.setVolumeSnapshot(
                    VolumeSnapshotInfo.newBuilder()
                        .setVolumeSnapshotName(snapshot.name())
                        .setVolumeSnapshotHandle(snapshot.handle())));
    return wire.build();
  }

  private static WorkspaceRuntimeInfo runtime(RuntimeInfo runtime) {
    return WorkspaceRuntimeInfo.newBuilder()
        .setNodeName(runtime.nodeName())
        .setPodName(runtime.podName())
        .setNodeIp(runtime.nodeIp())
        .build();
  }

  private static GitStatus repo(dev.atelier.workspace.domain.GitStatus repo) {
    return GitStatus.newBuilder()
        .setBranch(repo.branch())
        .setLatestCommit(repo.latestCommit())
        .addAllUncommitedFiles(repo.uncommittedFiles())
        .setTotalUncommitedFiles(repo.totalUncommittedFiles())
        .addAllUntrackedFiles(repo.untrackedFiles())
        .setTotalUntrackedFiles(repo.totalUntrackedFiles())
        .addAllUnpushedCommits(repo.unpushedCommits())
        .setTotalUnpushedCommits(repo.totalUnpushedCommits())
        .build();
  }

  private static InitializerMetrics metrics(
      dev.atelier.workspace.domain.InitializerMetrics metrics) {
    InitializerMetrics.Builder wire = InitializerMetrics.newBuilder();
    for (Map.Entry<
            dev.atelier.workspace.domain.InitializerMetrics.Kind,
            dev.atelier.workspace.domain.InitializerMetrics.Metric>
        step : metrics.steps().entrySet()) {
      InitializerMetric metric =
          InitializerMetric.newBuilder()
              .setDuration(
                  Duration.newBuilder()
                      .setSeconds(step.getValue().duration().toSeconds())
                      .setNanos(step.getValue().duration().toNanosPart()))
              .setSize(step.getValue().size())
              .build();
      switch (step.getKey()) {
        case GIT -> wire.setGit(metric);
        case FILE_DOWNLOAD -> wire.setFileDownload(metric);
        case SNAPSHOT -> wire.setSnapshot(metric);
        case BACKUP -> wire.setBackup(metric);
        case PREBUILD -> wire.setPrebuild(metric);
        case COMPOSITE -> wire.setComposite(metric);
      }
    }
    return wire.build();
  }

  private static WorkspacePhase phase(Phase phase) {
    return switch (phase) {
      case PENDING -> WorkspacePhase.PENDING;
      case CREATING -> WorkspacePhase.CREATING;
      case INITIALIZING -> WorkspacePhase.INITIALIZING;
      case RUNNING -> WorkspacePhase.RUNNING;
      case INTERRUPTED -> WorkspacePhase.INTERRUPTED;
      case STOPPING -> WorkspacePhase.STOPPING;
      case STOPPED -> WorkspacePhase.STOPPED;
    };
  }

  private static WorkspaceType type(dev.atelier.workspace.domain.WorkspaceType type) {
    return switch (type) {
      case REGULAR -> WorkspaceType.REGULAR;
      case PREBUILD -> WorkspaceType.PREBUILD;
      case IMAGEBUILD -> WorkspaceType.IMAGEBUILD;
    };
  }

  private static AdmissionLevel admission(dev.atelier.workspace.domain.AdmissionLevel level) {
    return switch (level) {
      case OWNER_ONLY -> AdmissionLevel.ADMIT_OWNER_ONLY;
      case EVERYONE -> AdmissionLevel.ADMIT_EVERYONE;
    };
  }

  private static WorkspaceConditionBool bool(boolean holds) {
    return holds ? WorkspaceConditionBool.TRUE : WorkspaceConditionBool.FALSE;
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
