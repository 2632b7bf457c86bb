// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.backup.ContentGrant;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeeperSignaturesTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final String BEGINS = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  private static final String FALLBACK = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
  private static final String ASKED = "cccccccccccccccccccccccccccccccc";
  private static final String LEFT = "dddddddddddddddddddddddddddddddd";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // keeper | workspace | deleted | copying | talks
        "waiting: {}          | none                             | false | false | false",
        "running: {}          | none                             | false | false | true",
        "running: {}          | waiting: {}                      | false | false | true",
        "running: {}          | running: {}                      | false | false | true",
        "running: {}          | started                          | false | false | false",
        "running: {}          | started                          | false | true  | true",
        "running: {}          | started                          | true  | false | true",
        "running: {}          | 'terminated: {exitCode: 0}'      | false | false | true",
        "'terminated: {exitCode: 0}' | 'terminated: {exitCode: 0}' | true | false | false",
      })
  void talksWithAKeeperThatMakesCopiesOrSaves(
      String keeper, String workspace, boolean deleted, boolean copying, boolean talks) {
    String main =
        switch (workspace) {
          case "none" -> "";
          case "started" -> "{name: workspace, started: true, state: {running: {}}}";
          default -> "{name: workspace, started: false, state: {" + workspace + "}}";
        };
    Pod pod =
        YAML.unmarshal(
            "metadata: {name: ws-i, annotations: {workspace.atelier.dev/signed-requests: 'true'}"
                + (deleted ? ", deletionTimestamp: '2030-01-01T00:00:00Z'" : "")
                + "}\nstatus: {phase: Running, initContainerStatuses: [{name: keeper, state: {"
                + keeper
                + "}}], containerStatuses: ["
                + main
                + "]}",
            Pod.class);
    assertThat(KeeperSignatures.needed(pod, copying)).isEqualTo(talks);
    Pod folder =
        new PodBuilder(pod)
            .editMetadata()
            .addToAnnotations(PodNames.SIGNED, PodNames.FOLDER)
            .endMetadata()
            .build();
    assertThat(KeeperSignatures.needed(folder, copying)).isEqualTo(talks);
    Pod unsigned =
        new PodBuilder(pod).editMetadata().withAnnotations(Map.of()).endMetadata().build();
    assertThat(KeeperSignatures.needed(unsigned, copying)).isFalse();
  }

  private static Pod pod(Workspace workspace) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("one")
        .withLabels(
            PodNames.labels(
                workspace.id(),
                workspace.spec().type(),
                workspace.spec().owner(),
                workspace.spec().metaId()))
        .endMetadata()
        .build();
  }

  private static Workspace workspace(WorkspaceType type) {
    Workspace pending = Workspaces.pending("i1", type);
    Initializer from =
        new Initializer.Composite(
            List.of(
                new Initializer.Snapshot("atelier-snapshot:" + BEGINS, false),
                new Initializer.Prebuild(
                    Optional.of(new Initializer.Snapshot("atelier-snapshot:" + FALLBACK, false)),
                    List.of())));
    Captures captures = Captures.NONE.withBackup(Instant.EPOCH).withSnapshot(ASKED, Instant.EPOCH);
    return pending.with(
        w ->
            w.spec(pending.spec().withInitializer(from))
                .status(
                    pending
                        .status()
                        .withProgress(
                            pending
                                .status()
                                .progress()
                                .with(p -> p.captures(captures).snapshotId(Optional.of(LEFT))))));
  }

  @Test
  void anInstanceIsGrantedWhatItsRecordNames() {
    Workspace regular = workspace(WorkspaceType.REGULAR);
    WorkspaceKey key = new WorkspaceKey(regular.spec().owner(), regular.spec().metaId());
    assertThat(KeeperSignatures.grant(pod(regular), Optional.of(regular)))
        .isEqualTo(new ContentGrant(key, "i1", Set.of(BEGINS, FALLBACK), Set.of(ASKED)));
    Workspace prebuild = workspace(WorkspaceType.PREBUILD);
    assertThat(KeeperSignatures.grant(pod(prebuild), Optional.of(prebuild)).makes())
        .containsExactlyInAnyOrder(ASKED, LEFT);
  }

  @Test
  void ofAnInstanceThatIsForgottenThereAreItsBackupsAlone() {
    Workspace regular = workspace(WorkspaceType.REGULAR);
    WorkspaceKey key = new WorkspaceKey(regular.spec().owner(), regular.spec().metaId());
    assertThat(KeeperSignatures.grant(pod(regular), Optional.empty()))
        .isEqualTo(new ContentGrant(key, "i1", Set.of(), Set.of()));
  }

  @Test
  void aPodOfNoInstanceIsGrantedNothing() {
    Pod warm =
        new PodBuilder()
            .withNewMetadata()
            .withLabels(PodNames.warmLabels("default"))
            .endMetadata()
            .build();
    assertThatThrownBy(() -> KeeperSignatures.grant(warm, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
