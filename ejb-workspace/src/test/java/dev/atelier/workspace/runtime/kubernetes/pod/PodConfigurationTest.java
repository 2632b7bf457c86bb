// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.config.MapConfig;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodConfigurationTest {
  private static Settings settings(Map<String, String> values) {
    return new Settings(new MapConfig(values));
  }

  @Test
  void withoutConfigurationDefaultsHold() {
    Settings none = settings(Map.of());
    assertThat(PodConfiguration.settings(none)).isEqualTo(PodSettings.DEFAULT);
    assertThat(PodConfiguration.classes(none)).isEqualTo(Map.of("default", PodClass.DEFAULT));
    none.throwIfAny();
  }

  @Test
  void everythingIsRead() {
    Settings all =
        settings(
            Map.of(
                "atelier.kubernetes.agent-image", "registry.example.org/agent:2",
                "atelier.kubernetes.store-volume", "persistentVolumeClaim:\n  claimName: content",
                "atelier.classes", "large",
                "atelier.class.large.command", "exec sleep 1",
                "atelier.class.large.readiness", "http:3000/ready",
                "atelier.class.large.node-selector", "pool=large, zone=a",
                "atelier.class.large.tolerations", "- key: large\n  operator: Exists",
                "atelier.class.large.pod-template", "spec: {runtimeClassName: gvisor}",
                "atelier.class.large.volume", "persistent",
                "atelier.class.large.storage-class", "fast"));
    PodSettings read = PodConfiguration.settings(all);
    assertThat(read.agentImage()).isEqualTo("registry.example.org/agent:2");
    assertThat(read.storeVolume())
        .isEqualTo(Map.of("persistentVolumeClaim", Map.of("claimName", "content")));
    PodClass large = PodConfiguration.classes(all).get("large");
    assertThat(large.command()).contains("exec sleep 1");
    assertThat(large.readiness()).isEqualTo(new PodClass.Readiness.Http(3000, "/ready"));
    assertThat(large.nodeSelector()).isEqualTo(Map.of("pool", "large", "zone", "a"));
    assertThat(large.tolerations())
        .isEqualTo(List.of(Map.of("key", "large", "operator", "Exists")));
    assertThat(large.template()).isEqualTo(Map.of("spec", Map.of("runtimeClassName", "gvisor")));
    assertThat(large.persistent()).isTrue();
    assertThat(large.storageClass()).contains("fast");
    all.throwIfAny();
  }

  @Test
  void theUserWhoseAFolderStoreIsIsNotRoot() {
    Settings other = settings(Map.of("atelier.kubernetes.store-user", "4711"));
    assertThat(PodConfiguration.settings(other).storeUser()).isEqualTo(4711);
    other.throwIfAny();
    Settings root = settings(Map.of("atelier.kubernetes.store-user", "0"));
    PodSettings unused = PodConfiguration.settings(root);
    assertThatThrownBy(root::throwIfAny).hasMessageContaining("atelier.kubernetes.store-user");
  }

  @Test
  void volumeSnapshotsAndWarmPodsAreByClass() {
    Settings some =
        settings(
            Map.of(
                "atelier.kubernetes.volume-snapshot-class", "csi",
                "atelier.kubernetes.volume-snapshot-classes", "prebuild=other",
                "atelier.classes", "kept,quick",
                "atelier.class.kept.volume", "persistent",
                "atelier.class.kept.volume-snapshot-class", "csi",
                "atelier.class.quick.warm", "3",
                "atelier.class.quick.warm-image", "image:1"));
    PodSettings read = PodConfiguration.settings(some);
    assertThat(read.snapshotClass(WorkspaceType.REGULAR)).contains("csi");
    assertThat(read.snapshotClass(WorkspaceType.PREBUILD)).contains("other");
    assertThat(read.warmClasses()).containsExactly("quick");
    Map<String, PodClass> classes = PodConfiguration.classes(some);
    assertThat(classes.get("kept").snapshotClass()).contains("csi");
    assertThat(classes.get("kept").warm()).isEmpty();
    assertThat(classes.get("quick").warm()).contains(new PodClass.Warm(3, "image:1"));
    some.throwIfAny();
  }

  @Test
  void whatDoesNotGoTogetherIsTold() {
    Settings wrong =
        settings(
            Map.of(
                "atelier.classes", "a,b",
                "atelier.class.a.volume-snapshot-class", "csi",
                "atelier.class.a.warm", "1",
                "atelier.class.b.volume", "persistent",
                "atelier.class.b.warm", "1",
                "atelier.class.b.warm-image", "image:1"));
    assertThat(PodConfiguration.classes(wrong)).isNotNull();
    assertThatThrownBy(wrong::throwIfAny)
        .hasMessageContaining("atelier.class.a.volume-snapshot-class")
        .hasMessageContaining("atelier.class.a.warm-image")
        .hasMessageContaining("atelier.class.b.warm");
  }

  @Test
  void whatMakesNoSenseIsToldAllAtOnce() {
    Settings wrong =
        settings(
            Map.of(
                "atelier.kubernetes.pull-policy", "Sometimes",
                "atelier.kubernetes.keeper-memory", "1Mi",
                "atelier.kubernetes.store-volume", "[1",
                "atelier.class.default.readiness", "port:99999",
                "atelier.class.default.node-selector", "pool",
                "atelier.class.default.tolerations", "key: a",
                "atelier.class.default.pod-template", "text",
                "atelier.class.default.volume", "forever"));
    assertThat(PodConfiguration.settings(wrong)).isNotNull();
    assertThat(PodConfiguration.classes(wrong)).isNotNull();
    assertThatThrownBy(wrong::throwIfAny)
        .hasMessageContaining("atelier.kubernetes.pull-policy")
        .hasMessageContaining("atelier.kubernetes.keeper-memory")
        .hasMessageContaining("atelier.kubernetes.store-volume")
        .hasMessageContaining("atelier.class.default.readiness")
        .hasMessageContaining("atelier.class.default.node-selector")
        .hasMessageContaining("atelier.class.default.tolerations")
        .hasMessageContaining("atelier.class.default.pod-template")
        .hasMessageContaining("atelier.class.default.volume");
  }
}
