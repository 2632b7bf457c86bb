// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.InitializerMetrics.Kind;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Exit;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.WorkspaceStatus.ImageInfo;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statuses as a kubelet, a scheduler or the control plane writes them. */
class PodObservationTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Instant NOW = Instant.parse("2030-01-01T01:00:00Z");
  private static final String PLACED = "spec: {nodeName: n}\n";
  private static final String RUNS = "state: {running: {startedAt: '2030-01-01T00:10:00Z'}}";
  private static final String KEEPER =
      "initContainerStatuses: [{name: keeper, containerID: c1, restartCount: 0, " + RUNS + "}]";
  private static final String SAVED =
      "content=ready\\norigin=new\\nmetric.git.millis=5\\nmetric.git.bytes=7\\n"
          + "repo.branch=main\\nrepo.commit=abc\\nrepo.untracked=2\\nrepo.untracked.000=a\\n"
          + "capture.s1=done url-of-s1\\ncapture.s2=failed store away\\n"
          + "save=backup\\nurl=atelier-backup:o/m/x\\noutcome=done\\n";

  private static Pod pod(String specAndStatus) {
    return YAML.unmarshal(
        "metadata: {name: ws-i, uid: u, labels: {}}\n" + specAndStatus, Pod.class);
  }

  private static Node node(String conditions) {
    return YAML.unmarshal(
        "metadata: {name: n}\nstatus: {conditions: ["
            + conditions
            + "], images: [{names: ['image:1'], sizeBytes: 100}]}",
        Node.class);
  }

  private static Observation seen(String specAndStatus) {
    return seen(specAndStatus, PodEvents.NONE);
  }

  private static Observation seen(String specAndStatus, PodEvents events) {
    return PodObservation.of(
        pod(specAndStatus), Optional.of(node("{type: Ready, status: 'True'}")), false, events, NOW);
  }

  private static String status(String fields) {
    return PLACED + "status: {hostIP: 10.0.0.1, phase: Running, " + fields + "}";
  }

  private static String main(String state) {
    return "containerStatuses: [{name: workspace, image: 'image:1', containerID: c2, "
        + state
        + "}]";
  }

  private static String ended(String fields) {
    return main(
        "state: {terminated: {startedAt: '2030-01-01T00:11:00Z', finishedAt:"
            + " '2030-01-01T00:20:00Z', "
            + fields
            + "}}");
  }

  private static String keeperEnded(String fields) {
    return "initContainerStatuses: [{name: keeper, containerID: c1, restartCount: 0, state:"
        + " {terminated: {"
        + fields
        + "}}}]";
  }

  @Test
  void onesWithoutANodeWaitWithTheSchedulersReason() {
    Observation seen =
        seen(
            "spec: {}\nstatus: {phase: Pending, conditions: [{type: PodScheduled, status: 'False',"
                + " reason: Unschedulable, message: '0/1 nodes are available'}]}");
    assertThat(seen.stage()).isEqualTo(Stage.WAITING);
    assertThat(seen.message()).isEqualTo("0/1 nodes are available");
    assertThat(seen.runtime()).isEqualTo(RuntimeInfo.NONE);
    assertThat(seen("spec: {}").stage()).isEqualTo(Stage.WAITING);
  }

  @Test
  void itIsCreatedUntilItsContainerRuns() {
    Observation seen =
        seen(status(KEEPER + ", " + main("state: {waiting: {reason: PodInitializing}}")));
    assertThat(seen.stage()).isEqualTo(Stage.CREATING);
    assertThat(seen.pullingImages()).isFalse();
    assertThat(seen.failure()).isEmpty();
    assertThat(seen.runtime()).isEqualTo(new RuntimeInfo("n", "ws-i", "10.0.0.1"));
  }

  @Test
  void aPullIsKnownFromItsEventUntilSomethingStarts() {
    String waiting = KEEPER + ", " + main("state: {waiting: {reason: PodInitializing}}");
    PodEvents later = PodEvents.NONE.withPulling(Instant.parse("2030-01-01T00:10:01Z"));
    PodEvents before = PodEvents.NONE.withPulling(Instant.parse("2030-01-01T00:09:59Z"));
    assertThat(seen(status(waiting), later).pullingImages()).isTrue();
    assertThat(seen(status(waiting), later).message()).isEqualTo("its images are being pulled");
    assertThat(seen(status(waiting), before).pullingImages()).isFalse();
  }

  @Test
  void aRunningContainerInitializesUntilItsContentIsThere() {
    String running = RUNS + ", ready: false, started: ";
    Observation initializing = seen(status(KEEPER + ", " + main(running + "false")));
    assertThat(initializing.stage()).isEqualTo(Stage.INITIALIZING);
    assertThat(initializing.contentReady()).isFalse();
    Observation started = seen(status(KEEPER + ", " + main(running + "true")));
    assertThat(started.stage()).isEqualTo(Stage.STARTED);
    assertThat(started.contentReady()).isTrue();
    assertThat(started.ready()).isFalse();
    Observation ready = seen(status(KEEPER + ", " + main(RUNS + ", ready: true, started: true")));
    assertThat(ready.ready()).isTrue();
    assertThat(ready.image()).contains(new ImageInfo(100, 100));
    assertThat(ready.disposal()).isEqualTo(Observation.Disposal.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "InvalidImageName, image cannot be pulled: InvalidImageName: why",
    "ErrImageNeverPull, image cannot be pulled: ErrImageNeverPull: why",
    "CreateContainerConfigError, the container cannot be made: CreateContainerConfigError: why"
  })
  void whatIsHopelessFailsAtOnce(String reason, String failure) {
    Observation seen =
        seen(status(main("state: {waiting: {reason: " + reason + ", message: why}}")));
    assertThat(seen.failure()).isEqualTo(failure);
  }

  @ParameterizedTest
  @CsvSource({"ErrImagePull", "ImagePullBackOff"})
  void pullsMayFailForTwoMinutes(String reason) {
    String status =
        status(main("state: {waiting: {reason: " + reason + ", message: no such image}}"));
    Observation young = seen(status, PodEvents.NONE.withFailing(NOW.minusSeconds(119)));
    assertThat(young.failure()).isEmpty();
    assertThat(young.pullingImages()).isTrue();
    assertThat(young.message()).isEqualTo("no such image");
    Observation old = seen(status, PodEvents.NONE.withFailing(NOW.minusSeconds(120)));
    assertThat(old.failure()).isEqualTo("image cannot be pulled: " + reason + ": no such image");
  }

  @Test
  void contentThatCannotBeMadeIsToldWithItsWords() {
    Observation seen =
        seen(
            status(
                "initContainerStatuses: [{name: keeper, restartCount: 1, "
                    + RUNS
                    + ", lastState: {terminated: {exitCode: 1, message: \"content=none\\n"
                    + "message=git says no\\noutcome=failed\\n\"}}}], "
                    + main("state: {waiting: {reason: PodInitializing}}")));
    assertThat(seen.failure()).isEqualTo("Content initialization failed: git says no");
    assertThat(seen.contentReady()).isFalse();
  }

  @Test
  void whatItsKeeperHasToSayOfContentIsSeenInTheReport() {
    String report =
        keeperEnded("exitCode: 0, message: \"" + SAVED + "note=there is no branch nix\\n\"");
    assertThat(seen(status(report + ", " + ended("exitCode: 0"))).note())
        .isEqualTo("there is no branch nix");
  }

  @Test
  void lastWordsAreTheLastLines() {
    String lines = IntStream.range(0, 80).mapToObj(i -> "line " + i + "\\n").collect(joining());
    Observation seen =
        seen(
            status(
                KEEPER + ", " + ended("exitCode: 1, reason: Error, message: \"" + lines + "\"")));
    assertThat(seen.exit().orElseThrow().lastWords().lines())
        .hasSize(10)
        .startsWith("line 70")
        .endsWith("line 79");
  }

  @Test
  void lastWordsAreWhatATerminalWouldShow() {
    Observation seen =
        seen(
            status(
                KEEPER
                    + ", "
                    + ended(
                        "exitCode: 1, reason: Error, message: "
                            + "\"\\e[32mgreen\\e[0m\\n\\r1%\\r2%\\r3%\"")));
    assertThat(seen.exit().orElseThrow().lastWords()).isEqualTo("green\n3%");
  }

  @Test
  void anEndHasItsCodeAndLastWords() {
    Observation seen =
        seen(status(KEEPER + ", " + ended("exitCode: 3, reason: Error, message: dying")));
    assertThat(seen.stage()).isEqualTo(Stage.ENDED);
    assertThat(seen.contentReady()).isTrue();
    Exit exit = seen.exit().orElseThrow();
    assertThat(exit.cause()).isEqualTo(Exit.Cause.EXITED);
    assertThat(exit.code()).hasValue(3);
    assertThat(exit.lastWords()).isEqualTo("dying");
    assertThat(exit.at()).isEqualTo(Instant.parse("2030-01-01T00:20:00Z"));
    assertThat(seen.disposal().state()).isEqualTo(SaveState.RUNNING);
  }

  @Test
  void anEndBeforeTheContentWasThereHasNothingToSave() {
    assertThat(
            seen(status(KEEPER + ", " + ended("exitCode: 143, message: 'content was not ready'")))
                .contentReady())
        .isFalse();
    assertThat(
            seen(status(KEEPER + ", " + ended("exitCode: 128, reason: StartError"))).contentReady())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"OOMKilled, 137, OUT_OF_MEMORY", "OOMKilled, 1, EXITED", "Error, 137, EXITED"})
  void memoryIsToBlameWhereItKilledTheMainProcess(String reason, int code, Exit.Cause cause) {
    Observation seen =
        seen(status(KEEPER + ", " + ended("exitCode: " + code + ", reason: " + reason)));
    assertThat(seen.exit().orElseThrow().cause()).isEqualTo(cause);
  }

  @Test
  void theKeepersReportIsReadWhenItHasEnded() {
    Observation seen =
        seen(
            status(
                keeperEnded("exitCode: 0, message: \"" + SAVED + "\"")
                    + ", "
                    + ended("exitCode: 0, reason: Completed")));
    assertThat(seen.contentReady()).isTrue();
    assertThat(seen.disposal().state()).isEqualTo(SaveState.COMPLETE);
    assertThat(seen.disposal().url()).isEqualTo("atelier-backup:o/m/x");
    assertThat(seen.initializerMetrics().steps()).containsOnlyKeys(Kind.GIT);
    assertThat(seen.repo().orElseThrow().branch()).isEqualTo("main");
    assertThat(seen.repo().orElseThrow().totalUntrackedFiles()).isEqualTo(2);
    assertThat(seen.repo().orElseThrow().untrackedFiles()).containsExactly("a");
    assertThat(seen.captures()).extracting("id").containsExactly("s1", "s2");
    assertThat(seen.captures())
        .extracting("state")
        .containsExactly(SaveState.COMPLETE, SaveState.FAILED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exitCode: 75, message: \"content=ready\\nmessage=the store is away\\noutcome=retry\\n\" |"
            + " the store is away",
        "exitCode: 137, reason: OOMKilled | what saves it ended with code 137, out of memory",
        "exitCode: 1, message: half a rep | what saves it ended with code 1"
      })
  void aKeeperThatCouldNotSaveSaysWhy(String end, String why) {
    Observation seen =
        seen(status(keeperEnded(end) + ", " + ended("exitCode: 0, reason: Completed")));
    assertThat(seen.disposal().state()).isEqualTo(SaveState.FAILED);
    assertThat(seen.disposal().message()).isEqualTo(why);
  }

  @Test
  void deletedByOthersIsToldFromAnEndBefore() {
    String meta =
        "metadata: {name: ws-i, uid: u, deletionTimestamp: '2030-01-01T01:19:00Z',"
            + " deletionGracePeriodSeconds: 3600}\n";
    Pod deleted = YAML.unmarshal(meta + status(KEEPER + ", " + ended("exitCode: 143")), Pod.class);
    assertThat(cause(deleted)).isEqualTo(Exit.Cause.DELETED);
    Pod endedBefore =
        YAML.unmarshal(
            meta.replace("01:19:00", "01:21:00") + status(KEEPER + ", " + ended("exitCode: 3")),
            Pod.class);
    assertThat(cause(endedBefore)).isEqualTo(Exit.Cause.EXITED);
    String last = meta.replace("3600", "0").replace("01:19:00", "00:21:00");
    for (String how : List.of("told", "self")) {
      String keeper =
          keeperEnded(
              "exitCode: 0, message: \"content=ready\\nend=" + how + "\\noutcome=done\\n\"");
      Pod over = YAML.unmarshal(last + status(keeper + ", " + ended("exitCode: 143")), Pod.class);
      assertThat(cause(over))
          .isEqualTo(how.equals("told") ? Exit.Cause.DELETED : Exit.Cause.EXITED);
    }
    Pod unplaced = YAML.unmarshal(meta + "spec: {}\nstatus: {phase: Pending}", Pod.class);
    assertThat(cause(unplaced)).isEqualTo(Exit.Cause.DELETED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "false | false | NODE_LOST | '' | FAILED",
        "true | false | NODE_LEFT | its content is kept in volume claim c | FAILED",
        "true | true | NODE_LEFT | its content is kept in volume claim c | NONE"
      })
  void aVolumeClaimOutlivesItsNode(
      boolean claim, boolean snapshots, Exit.Cause cause, String words, SaveState state) {
    Pod pod =
        YAML.unmarshal(
            "metadata: {name: ws-i, uid: u, annotations: {"
                + (snapshots ? "workspace.atelier.dev/volume-snapshot-class: csi" : "")
                + "}}\nspec: {nodeName: n"
                + (claim
                    ? ", volumes: [{name: volume, persistentVolumeClaim: {claimName: c}}]"
                    : "")
                + "}\nstatus: {hostIP: 10.0.0.1, phase: Running, "
                + KEEPER
                + ", "
                + main(RUNS + ", ready: true, started: true")
                + "}",
            Pod.class);
    Observation seen = PodObservation.of(pod, Optional.empty(), true, PodEvents.NONE, NOW);
    assertThat(seen.stage()).isEqualTo(Stage.ENDED);
    assertThat(seen.exit().orElseThrow().cause()).isEqualTo(cause);
    assertThat(seen.exit().orElseThrow().lastWords()).isEqualTo(words);
    assertThat(seen.disposal().state()).isEqualTo(state);
    assertThat(seen.contentReady()).isTrue();
  }

  /** Whoever sees the node go, the control plane collects its pods. */
  @Test
  void aPodThatWasCollectedHasLostItsNode() {
    Observation seen =
        seen(
            status(
                "conditions: [{type: DisruptionTarget, status: 'True', reason: DeletionByPodGC}], "
                    + KEEPER));
    assertThat(seen.exit().orElseThrow().cause()).isEqualTo(Exit.Cause.NODE_LOST);
  }

  @Test
  void aPullThatFailedOnceIsNotFinalWhereNoEventTellsSinceWhen() {
    String waiting = main("state: {waiting: {reason: ErrImagePull, message: no such image}}");
    assertThat(seen(status("startTime: '2030-01-01T00:59:00Z', " + waiting)).failure()).isEmpty();
    assertThat(seen(status("startTime: '2030-01-01T00:58:00Z', " + waiting)).failure())
        .isEqualTo("image cannot be pulled: ErrImagePull: no such image");
  }

  /** While the keeper saves, the kubelet tells nothing of the end of the others. */
  @Test
  void whatWasDeletedHasEndedOnceItsGraceIsSurelyOver() {
    String meta =
        "metadata: {name: ws-i, uid: u, deletionTimestamp: '%s', deletionGracePeriodSeconds:"
            + " 3600}\n";
    String running = status(KEEPER + ", " + main(RUNS + ", ready: true, started: true"));
    Pod young = YAML.unmarshal(meta.formatted("2030-01-01T01:59:26Z") + running, Pod.class);
    Observation ending = seen(young);
    assertThat(ending.stage()).isEqualTo(Stage.STARTED);
    assertThat(ending.disposal().message())
        .isEqualTo("its content is saved from pod ws-i on node n");
    Pod old = YAML.unmarshal(meta.formatted("2030-01-01T01:59:25Z") + running, Pod.class);
    Observation ended = seen(old);
    assertThat(ended.stage()).isEqualTo(Stage.ENDED);
    assertThat(ended.contentReady()).isTrue();
    assertThat(ended.disposal().state()).isEqualTo(SaveState.RUNNING);
    assertThat(PodObservation.endsSurely(new PodView(old))).contains(NOW);
    Observation outOfReach =
        PodObservation.of(
            old, Optional.of(node("{type: Ready, status: Unknown}")), false, PodEvents.NONE, NOW);
    assertThat(outOfReach.stage()).isEqualTo(Stage.STARTED);
    assertThat(outOfReach.interrupted()).isTrue();
  }

  private static Observation seen(Pod pod) {
    return PodObservation.of(
        pod, Optional.of(node("{type: Ready, status: 'True'}")), false, PodEvents.NONE, NOW);
  }

  private static Exit.Cause cause(Pod pod) {
    return PodObservation.of(pod, Optional.empty(), false, PodEvents.NONE, NOW)
        .exit()
        .orElseThrow()
        .cause();
  }

  @ParameterizedTest
  @CsvSource({"OutOfcpu", "NodeAffinity", "UnexpectedAdmissionError", "NodeShutdown"})
  void whatTheKubeletDoesNotTakeIsRejected(String reason) {
    Observation seen =
        seen(PLACED + "status: {phase: Failed, reason: " + reason + ", message: no room}");
    assertThat(seen.stage()).isEqualTo(Stage.ENDED);
    Exit exit = seen.exit().orElseThrow();
    assertThat(exit.cause()).isEqualTo(Exit.Cause.REJECTED);
    assertThat(exit.lastWords()).isEqualTo(reason + ": no room");
    assertThat(seen.contentReady()).isFalse();
  }

  @Test
  void evictionsAreToldWithTheirWords() {
    Observation seen =
        seen(
            PLACED
                + "status: {phase: Failed, reason: Evicted, message: 'The node was low on memory', "
                + KEEPER.replace("state: {running", "lastState: {running")
                + ", "
                + ended("exitCode: 137")
                + "}");
    assertThat(seen.exit().orElseThrow().cause()).isEqualTo(Exit.Cause.EVICTED);
    assertThat(seen.exit().orElseThrow().lastWords()).isEqualTo("The node was low on memory");
    assertThat(seen.disposal().state()).isEqualTo(SaveState.FAILED);
    Observation preempted =
        seen(
            status(
                "conditions: [{type: DisruptionTarget, status: 'True', reason:"
                    + " PreemptionByScheduler, message: 'preempted for another'}], "
                    + KEEPER
                    + ", "
                    + ended("exitCode: 143")));
    assertThat(preempted.exit().orElseThrow().cause()).isEqualTo(Exit.Cause.EVICTED);
    assertThat(preempted.exit().orElseThrow().lastWords()).isEqualTo("preempted for another");
  }

  @Test
  void aNodeThatIsNotReadyInterruptsAndOneThatIsGoneEndsIt() {
    Pod running = pod(status(KEEPER + ", " + main(RUNS + ", ready: true, started: true")));
    Observation interrupted =
        PodObservation.of(
            running,
            Optional.of(node("{type: Ready, status: Unknown, message: 'NetworkReady=false'}")),
            false,
            PodEvents.NONE,
            NOW);
    assertThat(interrupted.interrupted()).isTrue();
    assertThat(interrupted.networkNotReady()).isTrue();
    assertThat(interrupted.stage()).isEqualTo(Stage.STARTED);
    Observation lost = PodObservation.of(running, Optional.empty(), true, PodEvents.NONE, NOW);
    assertThat(lost.stage()).isEqualTo(Stage.ENDED);
    assertThat(lost.exit().orElseThrow().cause()).isEqualTo(Exit.Cause.NODE_LOST);
    assertThat(lost.disposal().state()).isEqualTo(SaveState.FAILED);
    Observation collected =
        seen(
            PLACED
                + "status: {phase: Failed, conditions: [{type: DisruptionTarget, status: 'True',"
                + " reason: DeletionByPodGC}], "
                + main(RUNS)
                + "}");
    assertThat(collected.exit().orElseThrow().cause()).isEqualTo(Exit.Cause.NODE_LOST);
  }

  @Test
  void aKeeperThatKeepsEndingBeforeTheContentIsThereIsGivenUp() {
    Observation seen =
        seen(
            status(
                "initContainerStatuses: [{name: keeper, restartCount: 5, state: {waiting: {reason:"
                    + " CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137}}}], "
                    + main("state: {waiting: {reason: PodInitializing}}")));
    assertThat(seen.failure())
        .isEqualTo(
            "Content initialization failed: what makes it ended 5 times, at last with code 137");
  }
}
