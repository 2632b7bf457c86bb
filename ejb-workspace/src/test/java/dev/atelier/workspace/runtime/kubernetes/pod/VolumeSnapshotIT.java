// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.cluster.AuditLog;
import dev.atelier.cluster.ManagerRights;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Volume claims and volume snapshots on a real API server; the test plays kubelet and provider. */
@Tag("isolated")
@EnabledIf("there")
@Timeout(120)
class VolumeSnapshotIT {
  private static final Initializer EMPTY = new Initializer.Empty();
  private static final String NODE = "played";

  @TempDir Path folder;

  private PodCluster cluster;
  private Snapshotter snapshotter;

  static boolean there() {
    return PodCluster.serverThere();
  }

  @BeforeEach
  void start() throws Exception {
    cluster = new PodCluster(folder);
    snapshotter = new Snapshotter(cluster.client, "default");
    node();
  }

  @AfterEach
  void end() {
    snapshotter.close();
    cluster.close();
  }

  private void node() {
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName(NODE)
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .build();
    // The node controller changes one that is there at any time.
    cluster
        .client
        .nodes()
        .resource(node)
        .createOr(existing -> cluster.client.nodes().withName(NODE).get());
    cluster
        .client
        .nodes()
        .withName(NODE)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"lastHeartbeatTime\":\"%s\"}]}}"
                .formatted(now()));
  }

  private void persistent(Optional<String> snapshotClass) throws Exception {
    cluster.with(
        c ->
            new PodClass(
                c.command(),
                c.readiness(),
                c.nodeSelector(),
                c.tolerations(),
                Map.of("spec", Map.of("nodeName", NODE)),
                true,
                Optional.of("played"),
                snapshotClass,
                Optional.empty()));
    cluster.withSettings(s -> s.withSnapshotClass(Optional.of(Snapshotter.CLASS)));
    cluster.start();
  }

  private void status(String pod, String status) {
    node();
    cluster
        .client
        .pods()
        .inNamespace("default")
        .withName(pod)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":" + status + "}");
  }

  private Workspace running(Workspace workspace) throws Exception {
    cluster.begin(workspace, EMPTY);
    String pod = "ws-" + workspace.id();
    await().atMost(Duration.ofSeconds(20)).until(() -> cluster.pod(pod).isPresent());
    status(
        pod,
        """
        {"phase":"Running","hostIP":"10.0.0.1","initContainerStatuses":[{"name":"keeper",
         "image":"a","imageID":"","ready":true,"restartCount":0,"containerID":"c1",
         "state":{"running":{"startedAt":"%1$s"}}}],
         "containerStatuses":[{"name":"workspace","image":"b","imageID":"","ready":true,
         "started":true,"restartCount":0,"containerID":"c2",
         "state":{"running":{"startedAt":"%1$s"}}}]}
        """
            .formatted(now()));
    return cluster.awaitPhase(workspace.id(), Phase.RUNNING);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  private void ended(String pod, String report) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> cluster.pod(pod).orElseThrow().getMetadata().getDeletionTimestamp() != null);
    status(
        pod,
        """
        {"phase":"Succeeded","initContainerStatuses":[{"name":"keeper","image":"a","imageID":"",
         "ready":false,"restartCount":0,"containerID":"c1","state":{"terminated":{"exitCode":0,
         "startedAt":"%1$s","finishedAt":"%1$s","message":"%2$s"}}}],
         "containerStatuses":[{"name":"workspace","image":"b","imageID":"","ready":false,
         "restartCount":0,"containerID":"c2","state":{"terminated":{"exitCode":143,
         "startedAt":"%1$s","finishedAt":"%1$s"}}}]}
        """
            .formatted(now(), report));
    // As a kubelet confirms that all has ended.
    cluster.client.pods().inNamespace("default").withName(pod).withGracePeriod(0).delete();
  }

  private PersistentVolumeClaim claim(String name) {
    return cluster.client.persistentVolumeClaims().inNamespace("default").withName(name).get();
  }

  private String order(String pod) {
    Secret secret = cluster.client.secrets().inNamespace("default").withName(pod).get();
    byte[] order = Base64.getDecoder().decode(secret.getData().get("order"));
    return new String(order, StandardCharsets.UTF_8);
  }

  @Test
  void aVolumeSnapshotIsTheBackupThatTheNextOneStartsFrom() throws Exception {
    Optional<AuditLog> audit = AuditLog.ofCluster();
    persistent(Optional.of(Snapshotter.CLASS));
    Workspace first = cluster.workspace("vsone", WorkspaceType.REGULAR, EMPTY);
    running(first);
    assertThat(claim("ws-vsone").getMetadata().getFinalizers()).contains(PodNames.CONTENT);
    assertThat(order("ws-vsone")).contains("keeper.volume=true").doesNotContain("keeper.holds");
    cluster.stop("vsone", StopPolicy.NORMALLY);
    ended("ws-vsone", "content=ready\\nsave=volume\\nend=told\\noutcome=done\\n");
    Workspace stopped = cluster.awaitPhase("vsone", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).isEmpty();
    assertThat(stopped.status().conditions().finalBackupComplete()).isTrue();
    var snapshot = stopped.status().conditions().volumeSnapshot().orElseThrow();
    assertThat(snapshot.name()).isEqualTo("vsone");
    assertThat(snapshotter.copies).containsEntry(snapshot.handle(), "ws-vsone");
    cluster.awaitNoPod("ws-vsone");
    await().atMost(Duration.ofSeconds(30)).until(() -> claim("ws-vsone") == null);

    running(cluster.again(first, "vstwo"));
    var source = claim("ws-vstwo").getSpec().getDataSource();
    assertThat(source.getKind() + " " + source.getName()).isEqualTo("VolumeSnapshot vsone");
    assertThat(claim("ws-vstwo").getSpec().getResources().getRequests().get("storage").toString())
        .isEqualTo("1073741824");
    assertThat(order("ws-vstwo")).contains("keeper.holds=Restored from volume snapshot vsone");
    cluster.stop("vstwo", StopPolicy.ABORT);
    ended("ws-vstwo", "content=ready\\nsave=nothing\\nend=told\\noutcome=done\\n");
    Workspace aborted = cluster.awaitPhase("vstwo", Phase.STOPPED);
    assertThat(aborted.status().conditions().volumeSnapshot()).isEmpty();

    String handle = snapshot.handle();
    assertThat(delete("vsone", "", false)).isTrue();
    await().until(() -> snapshotter.copies.isEmpty() && snapshotter.names().isEmpty());
    assertThat(delete("vsone", "", false)).isFalse();
    snapshotter.copies.put(handle, "gone");
    assertThat(delete("vsone", handle, true)).isFalse();
    assertThat(snapshotter.copies).isNotEmpty();
    assertThat(delete("vsone", handle, false)).isTrue();
    await().until(() -> snapshotter.copies.isEmpty() && snapshotter.names().isEmpty());
    if (audit.isPresent()) {
      Set<String> unused = ManagerRights.given(cluster.client);
      unused.removeIf(right -> !right.endsWith("." + VolumeSnapshot.GROUP));
      assertThat(unused).isNotEmpty();
      unused.removeAll(ManagerRights.used(audit.get().of(PodCluster.USER)));
      assertThat(unused).as("rights that are not used").isEmpty();
    }
  }

  private boolean delete(String name, String handle, boolean soft) throws Exception {
    return cluster.runtime().deleteVolumeSnapshot(name, handle, soft, WorkspaceType.REGULAR);
  }

  @Test
  void aVolumeSurvivesItsNodeAndTheNextOneGoesOnWithIt() throws Exception {
    persistent(Optional.empty());
    Workspace first = cluster.workspace("nodeless", WorkspaceType.REGULAR, EMPTY);
    running(first);
    cluster.client.nodes().withName(NODE).delete();
    Workspace stopped = cluster.awaitPhase("nodeless", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed())
        .isEqualTo(
            "the node of the instance is gone: its content is kept in volume claim ws-nodeless");
    assertThat(stopped.status().conditions().finalBackupComplete()).isFalse();
    cluster.awaitNoPod("ws-nodeless");
    await().until(() -> cluster.runtime().unsavedCount() == 1);
    assertThat(claim("ws-nodeless").getMetadata().getDeletionTimestamp()).isNull();

    node();
    running(cluster.again(first, "goeson"));
    assertThat(order("ws-goeson"))
        .contains("keeper.holds=Continued with the volume of instance nodeless");
    assertThat(claim("ws-nodeless").getMetadata().getLabels())
        .containsEntry(PodNames.INSTANCE, "goeson")
        .doesNotContainKey(PodNames.KEPT);
    cluster.stop("goeson", StopPolicy.NORMALLY);
    ended(
        "ws-goeson",
        "content=ready\\n"
            + "save=backup\\n"
            + "url=atelier-backup:o/m/x\\n"
            + "end=told\\n"
            + "outcome=done\\n");
    assertThat(cluster.awaitPhase("goeson", Phase.STOPPED).status().conditions().failed())
        .isEmpty();
    await().atMost(Duration.ofSeconds(30)).until(() -> claim("ws-nodeless") == null);
    assertThat(cluster.runtime().unsavedCount()).isZero();
  }

  @Test
  void aVolumeSnapshotThatIsNotThereFailsTheStart() throws Exception {
    persistent(Optional.of(Snapshotter.CLASS));
    Initializer missing = new Initializer.Snapshot("none", true);
    cluster.begin(cluster.workspace("vsmissing", WorkspaceType.REGULAR, missing), missing);
    Workspace stopped = cluster.awaitPhase("vsmissing", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed())
        .isEqualTo("Content initialization failed: there is no volume snapshot none");
  }
}
