// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.runtime.kubernetes.ClusterClient;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A namespace of its own on a real API server, for one test; managers reach it over a line that may
 * break.
 */
public final class ApiCluster implements AutoCloseable {
  private static final Path DEFINITIONS = Path.of("../config/kubernetes/crds");
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(WorkspaceResource.class, SnapshotResource.class);

  private static boolean defined;

  /** Not over the line. */
  public final KubernetesClient client;

  public final String namespace = "test-" + UUID.randomUUID();
  public final ApiLine line;
  private final Config config;
  private final AtomicInteger writes = new AtomicInteger();
  private volatile boolean breaksInNextChange;

  /** A namespace of its own. */
  public ApiCluster() throws IOException {
    this.config = Config.autoConfigure(null);
    this.line = anotherLine();
    this.client =
        ClusterClient.of(
            Config.autoConfigure(null), http -> http.addOrReplaceInterceptor("test", new Named()));
    define(client);
    client
        .namespaces()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
  }

  /** Whether there is an API server; says so in a line where there is none. */
  public static boolean there(String what) {
    if (System.getenv("KUBECONFIG") != null) {
      return true;
    }
    System.out.println(
        "left out, for there is no Kubernetes API: "
            + what
            + " (config/test-cluster/cluster api mvn ...)");
    return false;
  }

  private static synchronized void define(KubernetesClient client) throws IOException {
    if (defined) {
      return;
    }
    try (Stream<Path> files = Files.list(DEFINITIONS)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".yaml")).sorted().toList()) {
        try (InputStream yaml = Files.newInputStream(file)) {
          for (HasMetadata one : client.load(yaml).items()) {
            if (one instanceof CustomResourceDefinition definition) {
              client.resource(definition).forceConflicts().serverSideApply();
              client
                  .resource(definition)
                  .waitUntilCondition(ApiCluster::established, 30, TimeUnit.SECONDS);
            }
          }
        }
      }
    }
    // Established, and for a moment more answered with "storage is (re)initializing".
    await()
        .ignoreException(KubernetesClientException.class)
        .until(() -> KINDS.stream().allMatch(kind -> client.resources(kind).list() != null));
    defined = true;
  }

  /** Whether resources of it may be made. */
  public static boolean established(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  /** A client as a manager has it, over the line. */
  public KubernetesClient overTheLine() {
    return over(line);
  }

  /** Another line to the same server, ended by whoever asks for it. */
  public ApiLine anotherLine() throws IOException {
    URI server = URI.create(config.getMasterUrl());
    return new ApiLine(server.getHost(), server.getPort() < 0 ? 443 : server.getPort());
  }

  /** A client as a manager has it, over that line. */
  public KubernetesClient over(ApiLine over) {
    Config own = Config.autoConfigure(null);
    own.setMasterUrl("https://127.0.0.1:" + over.port());
    return ClusterClient.of(
        own, builder -> builder.addOrReplaceInterceptor("test", new Counting()));
  }

  /** The test's own requests are told from managers' in the audit log. */
  private static final class Named implements Interceptor {
    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      builder.setHeader("User-Agent", "test");
    }
  }

  private final class Counting implements Interceptor {
    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (request.method().equals("GET")) {
        return;
      }
      writes.incrementAndGet();
      if (breaksInNextChange && request.uri().getPath().endsWith("/status")) {
        breaksInNextChange = false;
        String resource = request.uri().getPath().replaceFirst("/status$", "");
        String before = client.raw(resource);
        line.loseAnswers(() -> !client.raw(resource).equals(before));
      }
    }
  }

  int writes() {
    return writes.get();
  }

  void breakInNextChange() {
    breaksInNextChange = true;
  }

  @Override
  public void close() {
    line.close();
    for (Class<? extends HasMetadata> kind : KINDS) {
      client.resources(kind).inNamespace(namespace).list().getItems().forEach(this::letGo);
    }
    client.namespaces().withName(namespace).delete();
    client.close();
  }

  private void letGo(HasMetadata one) {
    try {
      client
          .resource(one)
          .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) {
        throw e;
      }
    }
  }
}
