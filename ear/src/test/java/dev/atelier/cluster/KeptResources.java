// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What managers have made in a namespace, as text that another namespace can be filled with. */
public final class KeptResources {
  private static final String OURS = "workspace.atelier.dev";
  private static final List<ResourceDefinitionContext> OWN =
      List.of(own("Workspace", "workspaces"), own("Snapshot", "snapshots"));

  private KeptResources() {}

  private static ResourceDefinitionContext own(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(OURS)
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }

  /** Writes all that is there of managers, with the name of the namespace in the first line. */
  public static void write(TestNamespace namespace, Path file) throws IOException {
    KubernetesClient client = namespace.client();
    String name = namespace.name();
    List<HasMetadata> all = new ArrayList<>();
    for (ResourceDefinitionContext kind : OWN) {
      all.addAll(client.genericKubernetesResources(kind).inNamespace(name).list().getItems());
    }
    all.addAll(client.secrets().inNamespace(name).list().getItems());
    all.addAll(client.configMaps().inNamespace(name).list().getItems());
    all.addAll(client.pods().inNamespace(name).list().getItems());
    StringBuilder text = new StringBuilder("# " + name + "\n");
    for (HasMetadata one : all) {
      boolean going = one.getMetadata().getDeletionTimestamp() != null;
      if (!going && !one.getMetadata().getName().equals("kube-root-ca.crt")) {
        one.getMetadata().setManagedFields(null);
        one.getMetadata().setResourceVersion(null);
        text.append(Serialization.asYaml(one));
      }
    }
    Files.writeString(file, text);
  }

  /** Makes all of it in another namespace. */
  public static void make(String kept, TestNamespace namespace) {
    String text =
        kept.replace(kept.lines().findFirst().orElseThrow().substring(2), namespace.name());
    for (HasMetadata workspace : read(text)) {
      if (workspace.getKind().equals("Workspace")) {
        // All else belongs to it by its number.
        text = text.replace(workspace.getMetadata().getUid(), made(namespace, workspace));
      }
    }
    for (HasMetadata one : read(text)) {
      if (!one.getKind().equals("Workspace")) {
        made(namespace, one);
      }
    }
  }

  private static List<HasMetadata> read(String text) {
    KubernetesSerialization yaml = new KubernetesSerialization();
    List<HasMetadata> all = new ArrayList<>();
    for (String document : text.split("(?m)^---\\s*$", -1)) {
      if (document.contains("kind:")) {
        Map<?, ?> head = yaml.unmarshal(document, Map.class);
        HasMetadata one =
            head.get("apiVersion").equals(OURS + "/v1")
                ? yaml.unmarshal(document, GenericKubernetesResource.class)
                : yaml.unmarshal(document);
        all.add(one);
      }
    }
    return all;
  }

  /** Makes it with its status; its new number. */
  private static String made(TestNamespace namespace, HasMetadata one) {
    KubernetesClient client = namespace.client();
    HasMetadata made = client.resource(one).inNamespace(namespace.name()).create();
    if (one instanceof GenericKubernetesResource own) {
      own.getMetadata().setUid(made.getMetadata().getUid());
      own.getMetadata().setResourceVersion(made.getMetadata().getResourceVersion());
      var unused =
          client
              .genericKubernetesResources(own.getApiVersion(), own.getKind())
              .inNamespace(namespace.name())
              .resource(own)
              .updateStatus();
    }
    return made.getMetadata().getUid();
  }

  /** A text among the tests' files. */
  public static String text(String resource) throws IOException {
    try (var stream = KeptResources.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
