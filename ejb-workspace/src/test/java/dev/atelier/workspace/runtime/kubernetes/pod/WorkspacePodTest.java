// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden files are pods in YAML, written anew with {@code -Datelier.goldens=write}. */
class WorkspacePodTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Path GOLDENS = Path.of("src/test/resources/pods");
  private static final WorkspaceClass SMALL =
      new WorkspaceClass(
          "small",
          "small",
          "small",
          0,
          new WorkspaceClass.Resources(1500, 3000, 2L << 30, 4L << 30, 0, 10L << 30),
          Duration.ZERO);
  private static final WorkspaceClass UNLIMITED =
      new WorkspaceClass(
          "free",
          "free",
          "free",
          0,
          new WorkspaceClass.Resources(100, 0, 1000, 0, 0, 0),
          Duration.ZERO);
  private static final PodSettings SETTINGS =
      PodSettings.DEFAULT.with(
          s ->
              s.agentImage("registry.example.org/agent:1")
                  .pullSecrets(List.of("registry"))
                  .storeVolume(Map.of("persistentVolumeClaim", Map.of("claimName", "content"))));

  private static Workspace regular() {
    return Workspaces.pending("one");
  }

  private static Workspace withIde() {
    Workspace pending = Workspaces.pending("two", WorkspaceType.PREBUILD);
    return pending.with(
        w ->
            w.spec(
                    pending
                        .spec()
                        .with(
                            s ->
                                s.ideImage(new IdeImage("ide:1", ""))
                                    .ideImageLayers(List.of("layer:1", ""))))
                .controls(
                    pending
                        .controls()
                        .withPorts(
                            List.of(
                                new ExposedPort(
                                    3000, PortVisibility.PRIVATE, PortProtocol.HTTP, "")))));
  }

  private static PodClass rich() {
    return new PodClass(
        Optional.empty(),
        new PodClass.Readiness.Http(3000, "/ready"),
        Map.of("pool", "workspaces"),
        List.of(Map.of("key", "workspaces", "operator", "Exists")),
        Map.of(),
        true,
        Optional.of("fast"),
        Optional.empty(),
        Optional.empty());
  }

  private static PodClass template() {
    Map<String, Object> container =
        Map.of(
            "name",
            "workspace",
            "env",
            List.of(Map.of("name", "A", "value", "b")),
            "resources",
            Map.of("limits", Map.of("example.org/gpu", "1")));
    return new PodClass(
        Optional.empty(),
        new PodClass.Readiness.Port(8080),
        Map.of(),
        List.of(),
        Map.of(
            "metadata",
            Map.of("labels", Map.of("team", "a")),
            "spec",
            Map.of(
                "runtimeClassName",
                "gvisor",
                "containers",
                List.of(container, Map.of("name", "extra", "image", "extra:1")))),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Pod pod(Workspace workspace, WorkspaceClass sizes, PodClass podClass) {
    String claim = PodNames.pod(workspace.id(), workspace.spec().type());
    PodVolume volume = podClass.persistent() ? PodVolume.empty(claim) : PodVolume.EPHEMERAL;
    return WorkspacePod.of(SETTINGS, PodRequest.of(workspace), sizes, podClass, volume);
  }

  static Stream<Arguments> pods() {
    return Stream.of(
        Arguments.of("regular", pod(regular(), SMALL, PodClass.DEFAULT)),
        Arguments.of("prebuild-with-ide", pod(withIde(), SMALL, rich())),
        Arguments.of("template", pod(regular(), UNLIMITED, template())));
  }

  @ParameterizedTest
  @MethodSource("pods")
  void isLikeItsGoldenFile(String name, Pod pod) throws Exception {
    Path golden = GOLDENS.resolve(name + ".yaml");
    String yaml = YAML.asYaml(pod);
    if ("write".equals(System.getProperty("atelier.goldens"))) {
      Files.createDirectories(GOLDENS);
      Files.writeString(golden, yaml);
    }
    assertThat(yaml).isEqualTo(Files.readString(golden));
  }

  @ParameterizedTest
  @MethodSource("pods")
  void meetsTheRestrictedStandard(String name, Pod pod) {
    assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isPositive();
    assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
        .isEqualTo("RuntimeDefault");
    assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSpec().getEnableServiceLinks()).isFalse();
    Stream<Container> ours =
        Stream.concat(
                pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
            .filter(container -> !container.getName().equals("extra"));
    assertThat(ours)
        .allSatisfy(
            container -> {
              assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
              assertThat(container.getSecurityContext().getCapabilities().getDrop())
                  .containsExactly("ALL");
            });
  }

  @Test
  void aBackupThatIsLargerThanItsClassAllowsHasRoomToBeRestored() {
    long backup = 50L << 30;
    Pod pod =
        WorkspacePod.of(
            SETTINGS,
            PodRequest.of(regular()),
            SMALL,
            PodClass.DEFAULT,
            PodVolume.EPHEMERAL.grown(backup));
    assertThat(pod.getSpec().getVolumes())
        .filteredOn(volume -> volume.getName().equals("volume"))
        .singleElement()
        .satisfies(
            volume ->
                assertThat(volume.getEmptyDir().getSizeLimit().getNumericalAmount().longValue())
                    .isGreaterThan(backup));
  }

  @Test
  void namesFollowTheType() {
    assertThat(PodNames.pod("x", WorkspaceType.REGULAR)).isEqualTo("ws-x");
    assertThat(PodNames.pod("x", WorkspaceType.PREBUILD)).isEqualTo("prebuild-x");
    assertThat(PodNames.pod("x", WorkspaceType.IMAGEBUILD)).isEqualTo("imagebuild-x");
    for (WorkspaceType type : WorkspaceType.values()) {
      assertThat(PodNames.instance(PodNames.pod("ws-x", type))).isEqualTo("ws-x");
    }
  }

  private static Stream<String> mounts(Pod pod, String volume) {
    return Stream.concat(
            pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
        .filter(
            container ->
                container.getVolumeMounts().stream()
                    .anyMatch(mount -> mount.getName().equals(volume)))
        .map(Container::getName);
  }

  @ParameterizedTest
  @MethodSource("pods")
  void onlyWhatServesAFolderHasItsVolume(String name, Pod pod) {
    assertThat(mounts(pod, "store")).containsExactly("store");
    assertThat(mounts(pod, "labels")).containsExactly("store");
    assertThat(mounts(pod, "asks")).containsExactly("store");
    assertThat(mounts(pod, "door")).containsExactly("store", "keeper");
    assertThat(pod.getMetadata().getAnnotations()).containsEntry(PodNames.SIGNED, PodNames.FOLDER);
    List<Container> first = pod.getSpec().getInitContainers();
    assertThat(first).extracting(Container::getName).containsSubsequence("store", "keeper");
    assertThat(first)
        .filteredOn(container -> container.getName().equals("store"))
        .singleElement()
        .satisfies(
            store -> {
              assertThat(store.getRestartPolicy()).isEqualTo("Always");
              assertThat(store.getSecurityContext().getRunAsUser()).isEqualTo(10001);
              assertThat(store.getSecurityContext().getRunAsGroup()).isEqualTo(10001);
            });
    assertThat(pod.getSpec().getVolumes())
        .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
        .filteredOn(volume -> volume.getPersistentVolumeClaim().getClaimName().equals("content"))
        .extracting("name")
        .containsExactly("store");
  }

  @Test
  void ofABucketNothingIsServed() {
    PodSettings bucket =
        SETTINGS.withStore(
            new ContentStoreSettings(PodSettings.STORE, Optional.of(Bucket.of("kept"))));
    Pod pod =
        WorkspacePod.of(
            bucket, PodRequest.of(regular()), SMALL, PodClass.DEFAULT, PodVolume.EPHEMERAL);
    assertThat(pod.getMetadata().getAnnotations()).containsEntry(PodNames.SIGNED, PodNames.BUCKET);
    assertThat(pod.getSpec().getInitContainers())
        .extracting(Container::getName)
        .containsExactly("prepare", "keeper");
    assertThat(pod.getSpec().getVolumes())
        .extracting("name")
        .doesNotContain("store", "door", "asks", "labels");
  }

  @Test
  void theWorkspaceSeesNothingOfTheKeepers() {
    Container workspace = pod(withIde(), SMALL, rich()).getSpec().getContainers().get(0);
    assertThat(workspace.getVolumeMounts())
        .extracting("name")
        .doesNotContain("order", "store", "door", "asks", "labels", "scratch");
    assertThat(workspace.getVolumeMounts())
        .filteredOn(mount -> List.of("state", "programs", "start").contains(mount.getName()))
        .allMatch(mount -> mount.getReadOnly());
  }
}
