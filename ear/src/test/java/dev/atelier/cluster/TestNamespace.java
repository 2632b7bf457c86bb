// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A namespace of its own on the API server that {@code KUBECONFIG} names, with the definitions and
 * the rights of {@code config/kubernetes}, and a manager's account in it.
 */
public final class TestNamespace implements AutoCloseable {
  private static final ResourceDefinitionContext WORKSPACES =
      new ResourceDefinitionContext.Builder()
          .withGroup("workspace.atelier.dev")
          .withVersion("v1")
          .withKind("Workspace")
          .withPlural("workspaces")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client = new KubernetesClientBuilder().build();
  private final String name = "test-" + UUID.randomUUID();
  private final List<HasMetadata> ofTheCluster = new ArrayList<>();

  /**
   * Makes it.
   *
   * @param manifests the folder {@code config/kubernetes}
   */
  public TestNamespace(Path manifests) throws IOException {
    for (String file : List.of("workspaces.yaml", "snapshots.yaml")) {
      HasMetadata definition = read(manifests.resolve("crds").resolve(file)).get(0);
      client.resource(definition).forceConflicts().serverSideApply();
      client
          .resource((CustomResourceDefinition) definition)
          .waitUntilCondition(TestNamespace::established, 30, TimeUnit.SECONDS);
    }
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    for (HasMetadata one : ManagerRights.manifest(client, name, name)) {
      if (ManagerRights.ofTheCluster(one)) {
        ofTheCluster.add(one);
        client.resource(one).create();
      } else {
        client.resource(one).inNamespace(name).create();
      }
    }
  }

  private List<HasMetadata> read(Path file) throws IOException {
    try (InputStream yaml = Files.newInputStream(file)) {
      return client.load(yaml).items();
    }
  }

  private static boolean established(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  /** Whether there is an API server; says so in a line where there is none. */
  public static boolean there(String what) {
    if (System.getenv("KUBECONFIG") != null && System.getenv("CLUSTER_AUDIT") != null) {
      return true;
    }
    System.out.println(
        "left out, for there is no Kubernetes API with an audit log: "
            + what
            + " (config/test-cluster/cluster api mvn ...)");
    return false;
  }

  /** Whether there is a node that has this image; says so in a line where there is none. */
  public static boolean there(String what, String image) {
    if (System.getenv("KUBECONFIG") != null) {
      try (KubernetesClient client = new KubernetesClientBuilder().build()) {
        if (node(client, image).isPresent()) {
          return true;
        }
      }
    }
    System.out.printf(
        "left out, for no node has %s: %s (config/test-cluster/cluster node mvn -o ...)%n",
        image, what);
    return false;
  }

  /** The address of a node that has this image. */
  public static Optional<String> node(KubernetesClient client, String image) {
    return RealNodes.address(client, one -> one.getNames().contains(image));
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /** Of an administrator. */
  public KubernetesClient client() {
    return client;
  }

  /** Whom the audit log calls the manager. */
  public String user() {
    return "system:serviceaccount:" + name + ":atelier";
  }

  /** Writes what a manager needs to be that account, and answers its environment. */
  public Map<String, String> environment(Path folder) throws IOException {
    String token =
        client
            .serviceAccounts()
            .inNamespace(name)
            .withName("atelier")
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(7_200L)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    Config config = client.getConfiguration();
    Path file =
        Files.createTempFile(
            folder,
            "kubeconfig",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: u, user: {token: "%s"}}]
        contexts: [{name: x, context: {cluster: c, user: u, namespace: "%s"}}]
        current-context: x
        """
            .formatted(config.getMasterUrl(), config.getCaCertFile(), token, name));
    return Map.of("KUBECONFIG", file.toString());
  }

  /** Instances as the API server has them. */
  public List<GenericKubernetesResource> workspaces() {
    return client.genericKubernetesResources(WORKSPACES).inNamespace(name).list().getItems();
  }

  /** Makes a resource as somebody with kubectl would. */
  public void makeByHand(String id) {
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: workspace.atelier.dev/v1
                kind: Workspace
                metadata: {name: %1$s}
                spec:
                  type: REGULAR
                  owner: ada
                  metaId: %1$s
                  workspaceImage: localhost/image:1
                  initializer: {kind: empty}
                """
                    .formatted(id)
                    .getBytes(StandardCharsets.UTF_8)))
        .inNamespace(name)
        .create();
  }

  /** Removes a resource without waiting for what holds it. */
  public void tearAway(String id) {
    release(id);
    client.genericKubernetesResources(WORKSPACES).inNamespace(name).withName(id).delete();
  }

  private void release(String id) {
    client
        .genericKubernetesResources(WORKSPACES)
        .inNamespace(name)
        .withName(id)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
  }

  /** Whether a pod with that label runs. */
  public boolean runs(String label) {
    return client.pods().inNamespace(name).withLabel(label).list().getItems().stream()
        .anyMatch(pod -> "Running".equals(pod.getStatus().getPhase()));
  }

  private void letGo(Pod pod) {
    try {
      client
          .pods()
          .inNamespace(name)
          .resource(pod)
          .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    } catch (KubernetesClientException e) {
      // It may be gone by now.
      if (e.getCode() != 404) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    for (GenericKubernetesResource one : workspaces()) {
      release(one.getMetadata().getName());
    }
    client.pods().inNamespace(name).list().getItems().forEach(this::letGo);
    client.namespaces().withName(name).delete();
    ofTheCluster.forEach(one -> client.resource(one).delete());
    client.close();
  }
}
