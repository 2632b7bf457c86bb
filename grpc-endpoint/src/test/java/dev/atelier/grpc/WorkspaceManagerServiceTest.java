// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import dev.atelier.proto.wsman.AdmissionLevel;
import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.ControlAdmissionRequest;
import dev.atelier.proto.wsman.ControlPortRequest;
import dev.atelier.proto.wsman.DeleteVolumeSnapshotRequest;
import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.PortVisibility;
import dev.atelier.proto.wsman.SetTimeoutRequest;
import dev.atelier.proto.wsman.StartWorkspaceResponse;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.TimeoutType;
import dev.atelier.proto.wsman.UpdateSSHKeyRequest;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkspaceManagerServiceTest {
  private TestManager manager;

  @BeforeEach
  void start() throws Exception {
    manager = new TestManager();
  }

  @AfterEach
  void stop() {
    manager.close();
  }

  @Test
  void startsListsDescribesChangesAndStops() {
    StartWorkspaceResponse started =
        manager.client().startWorkspace(StartRequests.valid("a").build());
    assertThat(started.getUrl()).isEqualTo("http://ws-a.test");
    assertThat(started.getOwnerToken()).isEqualTo("token-of-owner");
    awaitPhase("a", WorkspacePhase.RUNNING);

    manager.client().markActive(MarkActiveRequest.newBuilder().setId("a").build());
    manager
        .client()
        .setTimeout(
            SetTimeoutRequest.newBuilder()
                .setId("a")
                .setDuration("1.5h")
                .setType(TimeoutType.CLOSED_TIMEOUT)
                .build());
    manager
        .client()
        .controlPort(
            ControlPortRequest.newBuilder()
                .setId("a")
                .setExpose(true)
                .setSpec(
                    PortSpec.newBuilder()
                        .setPort(3000)
                        .setVisibility(PortVisibility.PORT_VISIBILITY_PUBLIC))
                .build());
    manager
        .client()
        .controlAdmission(
            ControlAdmissionRequest.newBuilder()
                .setId("a")
                .setLevel(AdmissionLevel.ADMIT_EVERYONE)
                .build());

    WorkspaceStatus status = describe("a");
    assertThat(status.getSpec().getTimeout()).isEqualTo("30m0s");
    assertThat(status.getSpec().getClosedTimeout()).isEqualTo("1h30m0s");
    assertThat(status.getSpec().getExposedPorts(0).getUrl()).isEqualTo("http://3000-ws-a.test");
    assertThat(status.getAuth().getAdmission()).isEqualTo(AdmissionLevel.ADMIT_EVERYONE);
    assertThat(status.getAuth().getOwnerToken()).isEqualTo("token-of-owner");
    assertThat(status.getConditions().getStoppedByRequest())
        .isEqualTo(WorkspaceConditionBool.FALSE);
    assertThat(status.getConditions().hasFirstUserActivity()).isTrue();
    assertThat(
            manager
                .client()
                .getWorkspaces(GetWorkspacesRequest.getDefaultInstance())
                .getStatusList())
        .containsExactly(status);

    manager.client().stopWorkspace(StopWorkspaceRequest.newBuilder().setId("a").build());
    awaitPhase("a", WorkspacePhase.STOPPED);
    assertThat(
            manager
                .client()
                .getWorkspaces(GetWorkspacesRequest.getDefaultInstance())
                .getStatusCount())
        .isZero();
  }

  @Test
  void lastActivityIsEmptyAndThenRfc3339WithNanoseconds() {
    manager.client().startWorkspace(StartRequests.valid("a").build());
    DescribeWorkspaceRequest request = DescribeWorkspaceRequest.newBuilder().setId("a").build();
    assertThat(manager.client().describeWorkspace(request).getLastActivity()).isEmpty();
    Instant before = Instant.now();
    manager.client().markActive(MarkActiveRequest.newBuilder().setId("a").build());
    String last = manager.client().describeWorkspace(request).getLastActivity();
    assertThat(last).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z");
    assertThat(Instant.parse(last)).isBetween(before, Instant.now());
  }

  @Test
  void filtersByAllThatIsSet() {
    manager.client().startWorkspace(StartRequests.valid("a").build());
    var other = StartRequests.valid("b");
    other.getMetadataBuilder().setOwner("other").putAnnotations("k", "v").putAnnotations("l", "w");
    manager.client().startWorkspace(other.build());
    assertThat(listed(MetadataFilter.newBuilder().setOwner("other"))).containsExactly("b");
    assertThat(listed(MetadataFilter.newBuilder().setMetaId("meta-a"))).containsExactly("a");
    assertThat(listed(MetadataFilter.newBuilder().putAnnotations("k", "v"))).containsExactly("b");
    assertThat(listed(MetadataFilter.newBuilder().setOwner("owner").putAnnotations("k", "v")))
        .isEmpty();
    assertThat(listed(MetadataFilter.newBuilder())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void everyFaultOfAStartIsAFieldViolation() {
    var request = StartRequests.valid("A B").setTypeValue(7);
    request
        .getSpecBuilder()
        .addFeatureFlagsValue(3)
        .setAdmissionValue(9)
        .addPorts(PortSpec.newBuilder().setPort(1))
        .addPorts(PortSpec.newBuilder().setPort(70_000).setVisibilityValue(5).setProtocolValue(6))
        .setTimeout("soon");
    request
        .getSpecBuilder()
        .getInitializerBuilder()
        .getCompositeBuilder()
        .addInitializerBuilder()
        .getGitBuilder()
        .setRemoteUri("https://example.com/r.git")
        .setTargetModeValue(11);
    assertThat(violations(() -> manager.client().startWorkspace(request.build())))
        .contains(
            "id",
            "type",
            "spec.feature_flags[0]",
            "spec.admission",
            "spec.ports[1].port",
            "spec.ports[1].visibility",
            "spec.ports[1].protocol",
            "spec.timeout",
            "spec.initializer.composite.initializer[0].git.target_mode");
    assertThat(listed(MetadataFilter.newBuilder())).isEmpty();
  }

  @Test
  void absentSubmessagesOfAStartAreNamed() {
    assertThat(
            violations(
                () ->
                    manager.client().startWorkspace(StartRequests.valid("a").clearSpec().build())))
        .containsExactly("spec");
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .startWorkspace(StartRequests.valid("a").clearMetadata().build())))
        .containsExactly("metadata");
  }

  @Test
  void unknownEnumNumbersOfTheOtherCallsAreNamedBeforeExistence() {
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .stopWorkspace(
                            StopWorkspaceRequest.newBuilder().setPolicyValue(3).build())))
        .containsExactly("policy");
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .setTimeout(
                            SetTimeoutRequest.newBuilder()
                                .setId("none")
                                .setDuration("x")
                                .setTypeValue(2)
                                .build())))
        .containsExactlyInAnyOrder("type", "duration");
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .controlAdmission(
                            ControlAdmissionRequest.newBuilder().setLevelValue(2).build())))
        .containsExactly("level");
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .controlPort(
                            ControlPortRequest.newBuilder()
                                .setSpec(
                                    PortSpec.newBuilder()
                                        .setPort(-1)
                                        .setVisibilityValue(2)
                                        .setProtocolValue(2))
                                .build())))
        .containsExactlyInAnyOrder("spec.port", "spec.visibility", "spec.protocol");
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .deleteVolumeSnapshot(
                            DeleteVolumeSnapshotRequest.newBuilder().setWsTypeValue(2).build())))
        .containsExactlyInAnyOrder("id", "ws_type");
  }

  @Test
  void thousandsOfFaultsStillReachTheClient() {
    var request = StartRequests.valid("a");
    for (int i = 0; i < 5_000; i++) {
      request.getSpecBuilder().addPorts(PortSpec.newBuilder().setPort(0).setVisibilityValue(99));
    }
    request.getMetadataBuilder().setOwner("ü".repeat(4_000));
    assertThat(violations(() -> manager.client().startWorkspace(request.build())))
        .contains("spec.ports[0].visibility");
  }

  @Test
  void unknownInstancesAreNotFound() {
    String id = "none";
    List<ThrowingCallable> calls =
        List.of(
            () ->
                manager
                    .client()
                    .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId(id).build()),
            () ->
                manager
                    .client()
                    .backupWorkspace(BackupWorkspaceRequest.newBuilder().setId(id).build()),
            () -> manager.client().markActive(MarkActiveRequest.newBuilder().setId(id).build()),
            () ->
                manager
                    .client()
                    .setTimeout(SetTimeoutRequest.newBuilder().setId(id).setDuration("1m").build()),
            () ->
                manager
                    .client()
                    .controlPort(
                        ControlPortRequest.newBuilder()
                            .setId(id)
                            .setSpec(PortSpec.newBuilder().setPort(1))
                            .build()),
            () -> manager.client().takeSnapshot(TakeSnapshotRequest.newBuilder().setId(id).build()),
            () ->
                manager
                    .client()
                    .controlAdmission(ControlAdmissionRequest.newBuilder().setId(id).build()));
    assertThat(calls)
        .allSatisfy(call -> assertThat(refusal(call).getCode()).isEqualTo(Status.Code.NOT_FOUND));
    manager.client().stopWorkspace(StopWorkspaceRequest.newBuilder().setId(id).build());
  }

  @Test
  void noKeysAreAViolation() {
    assertThat(
            violations(
                () ->
                    manager
                        .client()
                        .updateSSHKey(UpdateSSHKeyRequest.newBuilder().setId("a").build())))
        .containsExactly("keys");
  }

  @Test
  void aSecondStartOfAnIdAlreadyExists() {
    manager.client().startWorkspace(StartRequests.valid("a").build());
    assertThat(
            refusal(() -> manager.client().startWorkspace(StartRequests.valid("a").build()))
                .getCode())
        .isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void maintenanceIsToldInTheExactWordsAndWithoutDetails() throws Exception {
    manager.underMaintenance();
    List<ThrowingCallable> calls =
        List.of(
            () -> manager.client().startWorkspace(StartRequests.valid("").build()),
            () ->
                manager
                    .client()
                    .stopWorkspace(StopWorkspaceRequest.newBuilder().setPolicyValue(9).build()),
            () -> manager.client().takeSnapshot(TakeSnapshotRequest.getDefaultInstance()));
    assertThat(calls)
        .allSatisfy(
            call -> {
              StatusRuntimeException refusal =
                  catchThrowableOfType(StatusRuntimeException.class, call);
              assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(refusal.getStatus().getDescription()).isEqualTo("under maintenance");
              assertThat(refusal.getTrailers().keys()).doesNotContain("grpc-status-details-bin");
            });
  }

  @Test
  void callsBeyondTheRateAreRefusedBeforeAnythingElse() throws Exception {
    try (TestManager limited = new TestManager(Map.of("StartWorkspace", 1))) {
      limited.underMaintenance();
      limited.client();
      assertThat(
              refusal(() -> limited.client().startWorkspace(StartRequests.valid("").build()))
                  .getCode())
          .isEqualTo(Status.Code.FAILED_PRECONDITION);
      Status second =
          refusal(() -> limited.client().startWorkspace(StartRequests.valid("").build()));
      assertThat(second.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(second.getDescription()).contains("too many requests");
    }
  }

  @Test
  void describesTheCluster() {
    var cluster = manager.client().describeCluster(DescribeClusterRequest.getDefaultInstance());
    assertThat(cluster.getPreferredWorkspaceClass()).isEqualTo("default");
    assertThat(cluster.getWorkspaceClasses(0).getCreditsPerMinute()).isEqualTo(0.5f);
    assertThat(cluster.getWorkspaceClasses(0).getDescription())
        .isEqualTo("2 vCPU, 4 GB memory, 20 GB disk");
  }

  @Test
  void theTraceOfTheStartIsKept() {
    Metadata trace = new Metadata();
    trace.put(Callers.TRACEPARENT, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    trace.put(Callers.TRACESTATE, "k=v");
    trace.put(Metadata.Key.of("x-anything", Metadata.ASCII_STRING_MARSHALLER), "ignored");
    List<Workspace> changes = new CopyOnWriteArrayList<>();
    manager.store.watch(change -> changes.add(change.workspace().orElseThrow()));
    manager
        .client()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(trace))
        .startWorkspace(StartRequests.valid("a").build());
    // What the manager does then has no trace.
    TraceContext kept = changes.get(0).trace();
    assertThat(kept.traceparent())
        .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertThat(kept.tracestate()).isEqualTo("k=v");
  }

  @Test
  void healthAnswersForTheServerAndForTheService() {
    var health = HealthGrpc.newBlockingStub(manager.channel);
    for (String service : List.of("", "wsman.WorkspaceManager")) {
      assertThat(
              health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
    manager.server.serving(false);
    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
        .isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void everyCallIsRecordedOnceWithItsCode() throws Exception {
    manager.client().describeCluster(DescribeClusterRequest.getDefaultInstance());
    refusal(() -> manager.client().markActive(MarkActiveRequest.getDefaultInstance()));
    assertThat(
            List.of(
                manager.ended.poll(5, TimeUnit.SECONDS), manager.ended.poll(5, TimeUnit.SECONDS)))
        .containsExactlyInAnyOrder(
            new TestManager.Ended("DescribeCluster", Status.Code.OK),
            new TestManager.Ended("MarkActive", Status.Code.NOT_FOUND));
  }

  private void awaitPhase(String id, WorkspacePhase phase) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> describe(id).getPhase() == phase);
  }

  private WorkspaceStatus describe(String id) {
    return manager
        .client()
        .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId(id).build())
        .getStatus();
  }

  private List<String> listed(MetadataFilter.Builder filter) {
    return manager
        .client()
        .getWorkspaces(GetWorkspacesRequest.newBuilder().setMustMatch(filter).build())
        .getStatusList()
        .stream()
        .map(WorkspaceStatus::getId)
        .toList();
  }

  private static Status refusal(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  private static List<String> violations(ThrowingCallable call) {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).isNotBlank();
    try {
      return StatusProto.fromThrowable(refusal)
          .getDetails(0)
          .unpack(BadRequest.class)
          .getFieldViolationsList()
          .stream()
          .map(BadRequest.FieldViolation::getField)
          .toList();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError("the details are no BadRequest", e);
    }
  }
}
