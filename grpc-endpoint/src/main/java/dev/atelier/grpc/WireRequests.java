// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.TimeoutType;
import dev.atelier.proto.wsman.WorkspaceFeatureFlag;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.FeatureFlag;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says requests in the domain's words. Unknown enum numbers become null, which {@code
 * WorkspaceOperations} refuses; those of a start are listed with it. Nothing else is checked here.
 */
final class WireRequests {
  private WireRequests() {}

  static StartRequest start(StartWorkspaceRequest wire) {
    Unreadable unreadable = new Unreadable();
    WorkspaceType type =
        unreadable.known(
            "type",
            wire.getTypeValue(),
            dev.atelier.proto.wsman.WorkspaceType.values(),
            type(wire.getType()));
    StartRequest.Metadata metadata = wire.hasMetadata() ? metadata(wire.getMetadata()) : null;
    StartRequest.Spec spec = wire.hasSpec() ? spec(wire.getSpec(), unreadable) : null;
    return new StartRequest(
        wire.getId(), wire.getServicePrefix(), type, metadata, spec, unreadable.violations());
  }

  static WorkspaceFilter filter(MetadataFilter wire) {
    return new WorkspaceFilter(wire.getOwner(), wire.getMetaId(), wire.getAnnotationsMap());
  }

  static StopPolicy policy(StopWorkspacePolicy wire) {
    return switch (wire) {
      case NORMALLY -> StopPolicy.NORMALLY;
      case IMMEDIATELY -> StopPolicy.IMMEDIATELY;
      case ABORT -> StopPolicy.ABORT;
      case UNRECOGNIZED -> null;
    };
  }

  static TimeoutKind timeoutKind(TimeoutType wire) {
    return switch (wire) {
      case WORKSPACE_TIMEOUT -> TimeoutKind.WORKSPACE;
      case CLOSED_TIMEOUT -> TimeoutKind.CLOSED;
      case UNRECOGNIZED -> null;
    };
  }

  static AdmissionLevel admission(dev.atelier.proto.wsman.AdmissionLevel wire) {
    return switch (wire) {
      case ADMIT_OWNER_ONLY -> AdmissionLevel.OWNER_ONLY;
      case ADMIT_EVERYONE -> AdmissionLevel.EVERYONE;
      case UNRECOGNIZED -> null;
    };
  }

  static WorkspaceType type(dev.atelier.proto.wsman.WorkspaceType wire) {
    return switch (wire) {
      case REGULAR -> WorkspaceType.REGULAR;
      case PREBUILD -> WorkspaceType.PREBUILD;
      case IMAGEBUILD -> WorkspaceType.IMAGEBUILD;
      case UNRECOGNIZED -> null;
    };
  }

  static PortRequest port(PortSpec wire) {
    return new PortRequest(
        Integer.toUnsignedLong(wire.getPort()),
        switch (wire.getVisibility()) {
          case PORT_VISIBILITY_PRIVATE -> PortVisibility.PRIVATE;
          case PORT_VISIBILITY_PUBLIC -> PortVisibility.PUBLIC;
          case UNRECOGNIZED -> null;
        },
        switch (wire.getProtocol()) {
          case PORT_PROTOCOL_HTTP -> PortProtocol.HTTP;
          case PORT_PROTOCOL_HTTPS -> PortProtocol.HTTPS;
          case UNRECOGNIZED -> null;
        });
  }

  private static StartRequest.Metadata metadata(WorkspaceMetadata wire) {
    return new StartRequest.Metadata(
        wire.getOwner(),
        wire.getMetaId(),
        wire.getAnnotationsMap(),
        wire.hasTeam() ? Optional.of(wire.getTeam()) : Optional.empty(),
        wire.hasProject() ? Optional.of(wire.getProject()) : Optional.empty());
  }

  private static StartRequest.Spec spec(StartWorkspaceSpec wire, Unreadable unreadable) {
    return new StartRequest.Spec(
        wire.getWorkspaceImage(),
        new IdeImage(wire.getIdeImage().getWebRef(), wire.getIdeImage().getSupervisorRef()),
        wire.getIdeImageLayersList(),
        featureFlags(wire, unreadable),
        wire.hasInitializer()
            ? new WireInitializers(unreadable).read("spec.initializer", wire.getInitializer())
            : null,
        ports(wire, unreadable),
        environment(wire.getEnvvarsList()),
        environment(wire.getSysEnvvarsList()),
        wire.getWorkspaceLocation(),
        new GitIdentity(wire.getGit().getUsername(), wire.getGit().getEmail()),
        wire.getTimeout(),
        wire.getClosedTimeout(),
        wire.getMaximumLifetime(),
        unreadable.known(
            "spec.admission",
            wire.getAdmissionValue(),
            dev.atelier.proto.wsman.AdmissionLevel.values(),
            admission(wire.getAdmission())),
        wire.getClass_(),
        wire.getSshPublicKeysList());
  }

  private static List<FeatureFlag> featureFlags(StartWorkspaceSpec wire, Unreadable unreadable) {
    List<FeatureFlag> flags = new ArrayList<>();
    for (int i = 0; i < wire.getFeatureFlagsCount(); i++) {
      FeatureFlag flag =
          switch (wire.getFeatureFlags(i)) {
            case NOOP -> FeatureFlag.NOOP;
            case WORKSPACE_CONNECTION_LIMITING -> FeatureFlag.CONNECTION_LIMITING;
            case WORKSPACE_PSI -> FeatureFlag.PSI;
            case SSH_CA -> FeatureFlag.SSH_CA;
            case UNRECOGNIZED -> null;
          };
      String field = "spec.feature_flags[" + i + "]";
      int number = wire.getFeatureFlagsValue(i);
      if (unreadable.known(field, number, WorkspaceFeatureFlag.values(), flag) != null) {
        flags.add(flag);
      }
    }
    return flags;
  }

  private static List<PortRequest> ports(StartWorkspaceSpec wire, Unreadable unreadable) {
    List<PortRequest> ports = new ArrayList<>();
    for (int i = 0; i < wire.getPortsCount(); i++) {
      PortSpec port = wire.getPorts(i);
      PortRequest request = port(port);
      unreadable.known(
          "spec.ports[" + i + "].visibility",
          port.getVisibilityValue(),
          dev.atelier.proto.wsman.PortVisibility.values(),
          request.visibility());
      unreadable.known(
          "spec.ports[" + i + "].protocol",
          port.getProtocolValue(),
          dev.atelier.proto.wsman.PortProtocol.values(),
          request.protocol());
      ports.add(request);
    }
    return ports;
  }

  private static List<EnvironmentVariable> environment(
      List<dev.atelier.proto.wsman.EnvironmentVariable> wire) {
    return wire.stream()
        .map(
            variable ->
                new EnvironmentVariable(
                    variable.getName(),
                    variable.getValue(),
                    variable.hasSecret()
                        ? Optional.of(
                            new EnvironmentVariable.SecretKey(
                                variable.getSecret().getSecretName(),
                                variable.getSecret().getKey()))
                        : Optional.empty()))
        .toList();
  }
}
