// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceChanged;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import dev.atelier.workspace.runtime.kubernetes.state.WorkspaceResource;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Managers that share a real API server, which is killed once; the test plays the kubelet. */
@Tag("isolated")
class SeveralManagersIT {
  private static final int MOST_WRITES = 16;

  /** An outage of minutes takes as long to try: ask for it, such as PT5M. */
  private static final Duration AWAY =
      Duration.parse(System.getProperty("atelier.cluster.away", "PT3S"));

  private static final Pattern REQUEST =
      Pattern.compile("\"requestURI\":\"([^\"]*)\",\"verb\":\"([a-z]*)\"");

  private final List<RingManager> managers = new ArrayList<>();
  private ApiCluster cluster;
  private PlayedKubelet kubelet;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("several managers on one API server"));
  }

  @BeforeEach
  void open() throws IOException {
    cluster = new ApiCluster();
    kubelet = new PlayedKubelet(cluster.client, cluster.namespace);
  }

  @AfterEach
  void close() {
    managers.forEach(RingManager::close);
    if (cluster != null) {
      kubelet.close();
      cluster.close();
    }
  }

  private RingManager manager() throws Exception {
    RingManager manager = new RingManager(cluster, "manager-" + managers.size());
    managers.add(manager);
    return manager;
  }

  private RingManager leader() throws Exception {
    RingManager manager = manager();
    manager.awaitLeading(Duration.ofSeconds(20));
    return manager;
  }

  @Test
  void lifeOfAnInstanceIsTheSameOnEveryReplicaAndCostsFewWrites() throws Exception {
    RingManager leader = leader();
    RingManager follower = manager();

    follower.start("a");
    follower.await("a", Phase.RUNNING);
    follower.operations.markActive("a", false, false, Caller.MANAGER);
    follower.operations.setTimeout("a", TimeoutKind.WORKSPACE, "45m", Caller.MANAGER);
    assertThat(follower.operations.describe("a").lastActivity()).isPresent();
    follower.operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    follower.await("a", Phase.STOPPED);
    leader.await("a", Phase.STOPPED);

    Map<Long, Workspace> told = versions(leader);
    assertThat(versions(follower)).allSatisfy((v, w) -> assertThat(told).containsEntry(v, w));
    assertThat(phases(follower)).containsSubsequence(Phase.RUNNING, Phase.STOPPING, Phase.STOPPED);
    Awaiting.await(
        "no pod",
        Duration.ofSeconds(20),
        () -> cluster.client.pods().inNamespace(cluster.namespace).list().getItems().isEmpty(),
        () -> cluster.client.pods().inNamespace(cluster.namespace).list().getItems());
    follower.manager.store().delete("a");
    Map<String, Integer> writes = writes();
    System.out.println("writes of a life: " + writes);
    assertThat(writes.values().stream().mapToInt(Integer::intValue).sum())
        .as("writes %s", writes)
        .isLessThanOrEqualTo(MOST_WRITES);
  }

  private static Map<Long, Workspace> versions(RingManager manager) {
    Map<Long, Workspace> versions = new TreeMap<>();
    for (WorkspaceChanged change : manager.heard) {
      assertThat(versions.put(change.current().version(), change.current())).isNull();
    }
    return versions;
  }

  private static List<Phase> phases(RingManager manager) {
    return manager.heard.stream().map(change -> change.current().phase()).toList();
  }

  /** What managers have written, without their leases, by verb and resource. */
  private Map<String, Integer> writes() throws IOException, InterruptedException {
    // The log is written behind the answers.
    Thread.sleep(1000);
    Map<String, Integer> writes = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of(System.getenv("CLUSTER_AUDIT")))) {
      Matcher request = REQUEST.matcher(line);
      if (line.contains("\"userAgent\":\"atelier\"")
          && line.contains("/namespaces/" + cluster.namespace + "/")
          && !line.contains("/leases")
          && request.find()
          && List.of("create", "update", "patch", "delete").contains(request.group(2))) {
        String resource =
            request
                .group(1)
                .replaceFirst(".*/namespaces/[^/]*/([a-z]*)(/[^/?]*)?(/[a-z]*)?.*", "$1$3");
        writes.merge(request.group(2) + " " + resource, 1, Integer::sum);
      }
    }
    return writes;
  }

  @Test
  void nextLeadsSoonAfterACleanEndAndGoesOn() throws Exception {
    RingManager first = leader();
    first.start("a");
    first.await("a", Phase.RUNNING);
    RingManager second = manager();
    second.await("a", Phase.RUNNING);

    first.close();
    second.awaitLeading(Duration.ofMillis(2500));
    second.operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);
    second.await("a", Phase.STOPPED);
  }

  @Test
  void nextLeadsWithinTwentySecondsOfALossAndFinishesWhatWasBegun() throws Exception {
    RingManager first = leader();
    RingManager second = manager();
    first.lose();
    second.start("b");
    Instant lost = Instant.now();
    second.await("b", Phase.RUNNING);

    assertThat(Duration.between(lost, Instant.now())).isLessThan(Duration.ofSeconds(20));
    assertThat(cluster.client.pods().inNamespace(cluster.namespace).list().getItems()).hasSize(1);
  }

  @Test
  void managerThatIsCutOffFollowsAndComesBack() throws Exception {
    RingManager first = leader();
    RingManager second = manager();
    first.line.down();
    second.awaitLeading(Duration.ofSeconds(20));
    Awaiting.await("follows", Duration.ofSeconds(20), () -> !first.leads, () -> "leads");
    first.line.up();

    second.start("c");
    first.await("c", Phase.RUNNING);
    first.operations.stop("c", StopPolicy.IMMEDIATELY, Caller.MANAGER);
    first.await("c", Phase.STOPPED);
  }

  @Test
  void apiServerThatIsAwayCostsNothingButTime() throws Exception {
    RingManager only = leader();
    only.start("d");
    only.await("d", Phase.RUNNING);
    only.line.down();
    Thread.sleep(AWAY.toMillis());
    kubelet.end("ws-d", 3);
    only.line.up();

    Workspace stopped = only.await("d", Phase.STOPPED);
    assertThat(stopped.status().conditions().failed()).contains("3");
  }

  @Test
  void threeReplicasAskedAtOnceStartOneAndTheLastOfThemGoesOn() throws Exception {
    List<RingManager> three = List.of(leader(), manager(), manager());
    ExecutorService threads = Executors.newFixedThreadPool(three.size());
    for (int round = 0; round < 5; round++) {
      String meta = "meta-" + round;
      List<Future<Boolean>> asked = new ArrayList<>();
      for (RingManager manager : three) {
        String id = meta + "-" + asked.size();
        asked.add(threads.submit(() -> started(manager, id, meta)));
      }
      List<String> winners = new ArrayList<>();
      for (int i = 0; i < asked.size(); i++) {
        if (asked.get(i).get()) {
          winners.add(meta + "-" + i);
        }
      }
      assertThat(winners).as(meta).hasSize(1);
      for (RingManager manager : three) {
        manager.await(winners.get(0), Phase.RUNNING);
      }
    }
    threads.shutdown();
    three.get(0).lose();
    Awaiting.await(
        "another leads",
        Duration.ofSeconds(30),
        () -> three.get(1).leads || three.get(2).leads,
        () -> "none");
    RingManager second = three.get(1).leads ? three.get(1) : three.get(2);
    RingManager last = second == three.get(1) ? three.get(2) : three.get(1);
    last.start("e");
    second.lose();
    last.await("e", Phase.RUNNING);
    last.operations.stop("e", StopPolicy.NORMALLY, Caller.MANAGER);
    last.await("e", Phase.STOPPED);
  }

  private static boolean started(RingManager manager, String id, String metaId) {
    try {
      manager.start(id, metaId);
      return true;
    } catch (WorkspaceFault e) {
      assertThat(e).hasMessageContaining("meta_id");
      return false;
    }
  }

  @Test
  void apiServerThatIsKilledAmidStartsLosesNoneAndMakesNoPodTwice() throws Exception {
    Path process = killable();
    RingManager leader = leader();
    RingManager follower = manager();
    for (int i = 0; i < 10; i++) {
      (i % 2 == 0 ? leader : follower).start("k" + i);
    }
    ProcessHandle.of(Long.parseLong(Files.readString(process).strip()))
        .orElseThrow()
        .destroyForcibly();
    for (int i = 0; i < 10; i++) {
      leader.await("k" + i, Phase.RUNNING);
      follower.await("k" + i, Phase.RUNNING);
    }
    assertThat(cluster.client.pods().inNamespace(cluster.namespace).list().getItems())
        .extracting(pod -> pod.getMetadata().getName())
        .doesNotHaveDuplicates()
        .hasSize(10);
    for (int i = 0; i < 10; i++) {
      follower.operations.stop("k" + i, StopPolicy.NORMALLY, Caller.MANAGER);
    }
    for (int i = 0; i < 10; i++) {
      leader.await("k" + i, Phase.STOPPED);
      assertThat(resource("k" + i)).isNotNull();
    }
  }

  /** The file with the API server's process. */
  private static Path killable() {
    String run = System.getenv("CLUSTER_RUN");
    LeftOut.unless(run != null, "CLUSTER_RUN is not set", "an API server that is killed");
    return Path.of(run, "kube-apiserver.pid");
  }

  @Test
  void maintenanceIsKnownToEveryReplicaWithinASecond() throws Exception {
    RingManager first = leader();
    RingManager second = manager();
    Instant until = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.SECONDS);
    cluster
        .client
        .configMaps()
        .inNamespace(cluster.namespace)
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("atelier-maintenance")
                .endMetadata()
                .addToData("config.json", "{\"enabledUntil\": \"" + until + "\"}")
                .build())
        .create();
    for (RingManager manager : List.of(first, second)) {
      Awaiting.await(
          "maintenance",
          Duration.ofSeconds(1),
          () -> manager.maintenance.until().isPresent(),
          () -> "none");
      assertThat(manager.maintenance.until()).contains(until);
    }
    second.maintenance.set(Optional.empty(), Caller.MANAGER);
    Awaiting.await(
        "no maintenance",
        Duration.ofSeconds(1),
        () -> first.maintenance.until().isEmpty(),
        () -> first.maintenance.until());
  }

  private void apply(String yaml) {
    cluster
        .client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .inNamespace(cluster.namespace)
        .create();
  }

  private static String byHand(String name, String metaId, String more) {
    return """
    apiVersion: workspace.atelier.dev/v1
    kind: Workspace
    metadata: {name: %s}
    spec:
      type: REGULAR
      owner: ada
      metaId: %s
      workspaceImage: registry.example.com/base:1
      initializer: {kind: empty}
    %s
    """
        .formatted(name, metaId, more.indent(2));
  }

  @Test
  void resourceThatAHandHasMadeIsAdoptedAndStopsWhenItIsDeleted() throws Exception {
    RingManager leader = leader();
    apply(byHand("hand", "meta-hand", ""));
    leader.await("hand", Phase.RUNNING);
    assertThat(leader.operations.ownerToken("hand")).isNotEmpty();

    cluster
        .client
        .resources(WorkspaceResource.class)
        .inNamespace(cluster.namespace)
        .withName("hand")
        .delete();
    Awaiting.await(
        "gone", Duration.ofSeconds(30), () -> resource("hand") == null, () -> resource("hand"));
    assertThat(leader.heard)
        .anySatisfy(
            change -> {
              assertThat(change.current().id()).isEqualTo("hand");
              assertThat(change.current().phase()).isEqualTo(Phase.STOPPED);
              assertThat(change.current().status().conditions().finalBackupComplete()).isTrue();
            });
  }

  private WorkspaceResource resource(String name) {
    return cluster
        .client
        .resources(WorkspaceResource.class)
        .inNamespace(cluster.namespace)
        .withName(name)
        .get();
  }

  @Test
  void resourceThatMayNotBeSaysWhyAndHarmsNobody() throws Exception {
    RingManager leader = leader();
    leader.start("a", "meta");
    apply(byHand("hand", "meta", ""));
    Workspace refused = leader.await("hand", Phase.STOPPED);
    assertThat(refused.status().conditions().failed()).contains("meta_id").contains("\"a\"");
    apply(byHand("other", "meta-other", "workspaceClass: unheard-of"));
    refused = leader.await("other", Phase.STOPPED);
    assertThat(refused.status().conditions().failed()).contains("spec.class");
    leader.await("a", Phase.RUNNING);
  }

  @Test
  void statusThatAHandHasBrokenIsPutRightByTheNextWrite() throws Exception {
    RingManager leader = leader();
    leader.start("a");
    leader.await("a", Phase.RUNNING);
    cluster
        .client
        .resources(WorkspaceResource.class)
        .inNamespace(cluster.namespace)
        .withName("a")
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"status\": {\"version\": null, \"createdAt\": null, \"controls\": null}}");
    leader.operations.stop("a", StopPolicy.NORMALLY, Caller.MANAGER);

    leader.await("a", Phase.STOPPED);
    assertThat(resource("a").getStatus().path("phase").asText()).isEqualTo("STOPPED");
    assertThat(resource("a").getStatus().path("createdAt").asText()).isNotEmpty();
  }

  private void patchStatus(String name, String status) {
    var unused =
        cluster
            .client
            .resources(WorkspaceResource.class)
            .inNamespace(cluster.namespace)
            .withName(name)
            .subresource("status")
            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\": " + status + "}");
  }

  @Test
  void instanceOfANewerFormatIsLeftToManagersOfTheNewerVersion() throws Exception {
    RingManager leader = leader();
    for (String id : List.of("a", "b")) {
      leader.start(id);
      leader.await(id, Phase.RUNNING);
    }
    patchStatus("a", "{\"format\": 2, \"invented\": {\"empty\": \"\"}}");
    ObjectNode newer = resource("a").getStatus();
    Awaiting.await(
        "not known to the leader",
        Duration.ofSeconds(20),
        () -> leader.manager.store().list().size() == 1,
        () -> leader.heard);
    // Of those who wish it ended, and of those who lead next, nobody may.
    cluster
        .client
        .resources(WorkspaceResource.class)
        .inNamespace(cluster.namespace)
        .withName("a")
        .delete();
    RingManager next = manager();
    managers.remove(leader);
    leader.close();
    next.awaitLeading(Duration.ofSeconds(20));

    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> next.operations.describe("a"),
            () -> next.operations.stop("a", StopPolicy.ABORT, Caller.MANAGER),
            () -> next.operations.list(WorkspaceFilter.ALL))) {
      assertThatThrownBy(call)
          .hasMessageStartingWith("the resource of instance a has format 2, which a newer version")
          .extracting(fault -> ((WorkspaceFault) fault).code())
          .isEqualTo(WorkspaceFault.Code.UNAVAILABLE);
    }
    next.operations.stop("b", StopPolicy.NORMALLY, Caller.MANAGER);
    next.await("b", Phase.STOPPED);
    assertThat(resource("a").getStatus()).isEqualTo(newer);
    assertThat(
            cluster
                .client
                .pods()
                .inNamespace(cluster.namespace)
                .withName("ws-a")
                .get()
                .getMetadata()
                .getDeletionTimestamp())
        .isNull();

    patchStatus("a", "{\"format\": 1}");
    Awaiting.await(
        "stopped, saved and gone",
        Duration.ofSeconds(30),
        () -> resource("a") == null,
        () -> resource("a"));
  }
}
