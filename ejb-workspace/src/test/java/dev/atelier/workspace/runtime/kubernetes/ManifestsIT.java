// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.runtime.kubernetes.pod.PodNames;
import dev.atelier.workspace.runtime.kubernetes.state.ApiCluster;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator applies, as a real API server takes it, without making anything. */
@EnabledIf("there")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsIT {
  private static final Path MANIFESTS = Path.of("../config/kubernetes");

  /** Never the real one, on whichever cluster this is. */
  private final String namespace = "test-" + UUID.randomUUID();

  private final KubernetesClient client = new KubernetesClientBuilder().build();

  /** The definition, if it was made here. */
  private CustomResourceDefinition serviceMonitors;

  static boolean there() {
    if (System.getenv("KUBECONFIG") != null) {
      return true;
    }
    System.out.println(
        "left out, for there is no Kubernetes API: the manifests"
            + " (config/test-cluster/cluster api mvn ...)");
    return false;
  }

  @BeforeAll
  void prepare() throws Exception {
    LeftOut.unless(hasKubectl(), "there is no kubectl", "the manifests");
    CustomResourceDefinition definition;
    try (InputStream yaml = getClass().getResourceAsStream("/kubernetes/service-monitors.yaml")) {
      definition = (CustomResourceDefinition) client.load(yaml).items().get(0);
    }
    if (client.resource(definition).get() == null) {
      serviceMonitors = client.resource(definition).create();
      client
          .resource(serviceMonitors)
          .waitUntilCondition(ApiCluster::established, 30, TimeUnit.SECONDS);
    }
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  @AfterAll
  void remove() {
    if (serviceMonitors != null) {
      client.resource(serviceMonitors).delete();
    }
    if (client.namespaces().withName(namespace).get() != null) {
      client.namespaces().withName(namespace).delete();
    }
    client.close();
  }

  private static boolean hasKubectl() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
  }

  private static String kubectl(String input, String... words) throws Exception {
    String[] command = new String[words.length + 1];
    command[0] = "kubectl";
    System.arraycopy(words, 0, command, 1, words.length);
    Path file = Files.createTempFile("manifests", ".yaml");
    try {
      Files.writeString(file, input);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(file.toFile())
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    } finally {
      Files.delete(file);
    }
  }

  /** For the test's namespace, where an overlay names one. */
  private String built(String folder) throws Exception {
    return kubectl("", "kustomize", MANIFESTS.resolve(folder).toString())
        .replace("namespace: atelier\n", "namespace: " + namespace + "\n");
  }

  private List<HasMetadata> objects(String yaml) {
    return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items();
  }

  private static <T> T only(List<HasMetadata> objects, Class<T> type) {
    List<T> found = objects.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/small", "overlays/example"})
  void everythingWouldBeTaken(String folder) throws Exception {
    String yaml = built(folder);
    String taken =
        kubectl(
            yaml,
            "apply",
            "--server-side",
            "--force-conflicts",
            "--dry-run=server",
            "--validate=strict",
            "--warnings-as-errors",
            "-f",
            "-");
    assertThat(taken.lines().filter(line -> line.endsWith("(server dry run)")))
        .hasSize(objects(yaml).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlays/small", "overlays/example"})
  void podOfTheManagerIsOneOfRestrictedNamespaces(String folder) throws Exception {
    Deployment deployment = only(objects(built(folder)), Deployment.class);
    Pod pod =
        new PodBuilder()
            .withNewMetadataLike(deployment.getSpec().getTemplate().getMetadata())
            .withName("dry-run")
            .withNamespace(namespace)
            .endMetadata()
            .withSpec(deployment.getSpec().getTemplate().getSpec())
            .build();
    // Whose admission an account would be needed for.
    pod.getSpec().setServiceAccountName(null);
    pod.getSpec().setServiceAccount(null);
    assertThat(client.resource(pod).dryRun().create().getSpec().getContainers()).hasSize(1);
    Container manager = pod.getSpec().getContainers().get(0);
    assertThat(manager.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(
            Stream.of(
                    manager.getStartupProbe(),
                    manager.getReadinessProbe(),
                    manager.getLivenessProbe())
                .map(Probe::getHttpGet)
                .map(get -> get.getPath()))
        .containsExactly("/health/started", "/health/ready", "/health/live");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/small", "overlays/example"})
  void whatIsNamedIsThere(String folder) throws Exception {
    List<HasMetadata> objects = objects(built(folder));
    Deployment deployment = only(objects, Deployment.class);
    Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    assertThat(deployment.getSpec().getSelector().getMatchLabels().entrySet())
        .isSubsetOf(labels.entrySet());
    objects.stream()
        .filter(Service.class::isInstance)
        .map(Service.class::cast)
        .forEach(
            service ->
                assertThat(service.getSpec().getSelector().entrySet())
                    .isSubsetOf(labels.entrySet()));
    LabelSelector budget = only(objects, PodDisruptionBudget.class).getSpec().getSelector();
    assertThat(budget.getMatchLabels().entrySet()).isSubsetOf(labels.entrySet());
    EnvFromSource configured =
        deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getEnvFrom().get(0);
    assertThat(objects)
        .anyMatch(
            one ->
                one.getKind().equals("ConfigMap")
                    && one.getMetadata().getName().equals(configured.getConfigMapRef().getName()));
    String its = deployment.getMetadata().getNamespace();
    assertThat(only(objects, ClusterRoleBinding.class).getSubjects())
        .allMatch(one -> one.getNamespace().equals(its == null ? "default" : its));
    assertThat(only(objects, RoleBinding.class).getSubjects())
        .allMatch(one -> one.getName().equals("atelier"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/small", "overlays/example"})
  void workspacesAreShutInByTheirOwnLabels(String folder) throws Exception {
    NetworkPolicy policy =
        objects(built(folder)).stream()
            .filter(NetworkPolicy.class::isInstance)
            .map(NetworkPolicy.class::cast)
            .filter(one -> one.getMetadata().getName().equals("atelier-workspaces"))
            .findFirst()
            .orElseThrow();
    assertThat(policy.getSpec().getPolicyTypes()).contains("Ingress", "Egress");
    assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(PodNames.SELECTOR);
    assertThat(
            policy.getSpec().getEgress().get(1).getTo().stream()
                .flatMap(peer -> peer.getIpBlock().getExcept().stream()))
        .contains("169.254.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fe80::/10");
  }
}
