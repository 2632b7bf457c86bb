// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.cluster.TestNamespace;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The manager as a Deployment, by the commands of {@code config/kubernetes/README.md}, on a cluster
 * with a real kubelet whose node has the images {@code localhost/atelier:1} and {@code
 * localhost/atelier-agent:1}.
 */
@EnabledIf("there")
@Timeout(900)
class DeploymentNodeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String NAMESPACE = "atelier";
  private static final Path MANIFESTS =
      Path.of("../config/kubernetes").toAbsolutePath().normalize();

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  private final KubernetesClient cluster = new KubernetesClientBuilder().build();

  static boolean there() {
    return TestNamespace.there("the manager as a Deployment", "localhost/atelier:1");
  }

  @AfterEach
  void remove() throws Exception {
    for (String kind : List.of("deployment", "workspaces", "pods")) {
      run("kubectl -n %s delete %s --all --wait=false".formatted(NAMESPACE, kind));
    }
    cluster.close();
  }

  private String run(String line) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-ec", line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(line + "\n" + words).isZero();
    return words;
  }

  /** What is this cluster's alone: images, a folder for the content, and no proxy for services. */
  private Path overlay() throws IOException {
    Path content = ManagerNodeIT.makeStore(folder);
    Path overlay = Files.createDirectory(folder.resolve("overlay"));
    String host = TestNamespace.node(cluster, "localhost/atelier:1").orElseThrow();
    Files.writeString(
        overlay.resolve("volume.yaml"),
        """
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: atelier-content}
        spec:
          accessModes: [ReadWriteMany]
          capacity: {storage: 1Ti}
          claimRef: {namespace: %s, name: atelier-content}
          hostPath: {path: "%s"}
        """
            .formatted(NAMESPACE, content));
    Files.writeString(
        overlay.resolve("kustomization.yaml"),
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: %s
        resources: [%s, volume.yaml]
        images: [{name: atelier, newName: localhost/atelier, newTag: "1"}]
        replicas: [{name: atelier, count: 2}]
        configMapGenerator:
          - name: atelier
            behavior: merge
            literals:
              - ATELIER_KUBERNETES_AGENT_IMAGE=localhost/atelier-agent:1
              - ATELIER_CLASS_DEFAULT_CPU=50m
              - ATELIER_CLASS_DEFAULT_MEMORY=256Mi
        patches:
          - target: {kind: Deployment, name: atelier}
            patch: |
              - op: add
                path: /spec/template/spec/containers/0/env/-
                value: {name: KUBERNETES_SERVICE_HOST, value: "%s"}
              - op: add
                path: /spec/template/spec/containers/0/env/-
                value: {name: KUBERNETES_SERVICE_PORT, value: "%d"}
        """
            .formatted(
                NAMESPACE,
                overlay.toRealPath().relativize(MANIFESTS.toRealPath()).resolve("overlays/small"),
                host,
                cluster.getMasterUrl().getPort()));
    return overlay;
  }

  /** The commands of the page, in one shell; answers the token that they made. */
  private String apply() throws IOException, InterruptedException {
    String commands =
        Files.readAllLines(MANIFESTS.resolve("README.md")).stream()
            .filter(line -> line.startsWith("    "))
            .map(String::strip)
            .takeWhile(line -> !line.isEmpty())
            .collect(Collectors.joining("\n"));
    assertThat(commands).contains("config/kubernetes/overlays/small");
    String said =
        run(
            commands.replace("config/kubernetes/overlays/small", overlay().toString())
                + "\necho token=$token");
    return said.substring(said.lastIndexOf("token=") + "token=".length()).strip();
  }

  private List<Pod> ready() {
    return cluster
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/component", "manager")
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(
            pod ->
                pod.getStatus().getConditions().stream()
                    .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True")))
        .toList();
  }

  private List<Pod> awaitReady() {
    return await()
        .alias("two managers are ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(this::ready, pods -> pods.size() == 2);
  }

  private ManagedChannel channel(Pod pod) throws IOException {
    return Grpc.newChannelBuilderForAddress(
            pod.getStatus().getPodIP(),
            9000,
            TlsChannelCredentials.newBuilder()
                .trustManager(folder.resolve("tls.crt").toFile())
                .build())
        .overrideAuthority("atelier")
        .build();
  }

  private static WorkspaceManagerBlockingStub calls(ManagedChannel channel, String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return WorkspaceManagerGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static WorkspaceStatus awaitStopped(WorkspaceManagerBlockingStub calls, String id) {
    return await()
        .alias(id + " is stopped")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                calls
                    .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId(id).build())
                    .getStatus(),
            status -> status.getPhase() == WorkspacePhase.STOPPED);
  }

  @Test
  void twoReplicasServeAndOneOfThemMayGo() throws Exception {
    String token = apply();
    List<Pod> pods = awaitReady();
    ManagedChannel first = channel(pods.get(0));
    ManagedChannel second = channel(pods.get(1));
    try (Context.CancellableContext watch = Context.current().withCancellation()) {
      Iterator<SubscribeResponse> changes =
          watch.call(
              () ->
                  calls(second, token)
                      .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                      .subscribe(SubscribeRequest.getDefaultInstance()));
      calls(first, token).startWorkspace(ManagerClient.request("one", "localhost/busybox:1"));
      WorkspaceStatus seen;
      do {
        seen = changes.next().getStatus();
        assertThat(seen.getConditions().getFailed()).isEmpty();
      } while (seen.getPhase() != WorkspacePhase.RUNNING);
      assertThat(run("kubectl -n atelier get workspaces")).contains("tester", "RUNNING");

      run("kubectl -n atelier delete pod " + pods.get(0).getMetadata().getName());
      calls(second, token).stopWorkspace(StopWorkspaceRequest.newBuilder().setId("one").build());
      assertThat(awaitStopped(calls(second, token), "one").getConditions().getFinalBackupComplete())
          .isEqualTo(WorkspaceConditionBool.TRUE);
      List<Pod> now = awaitReady();
      assertThat(now)
          .allMatch(pod -> pod.getStatus().getContainerStatuses().get(0).getRestartCount() == 0);
    } finally {
      first.shutdownNow();
      second.shutdownNow();
    }
  }
}
