// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.Samples;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The definitions of the custom resources, by a real API server. */
@EnabledIf("there")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CustomResourcesIT {
  private static final Path DEFINITIONS = Path.of("../config/kubernetes/crds");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();
  private static final String SPEC =
      "{'owner': 'ada', 'metaId': 'meta', 'workspaceImage': 'registry.example.com/base:1'}";

  private final String namespace = "test-" + UUID.randomUUID();
  private final WorkspaceMapper mapper = new WorkspaceMapper();
  private final KubernetesClient client = new KubernetesClientBuilder().build();

  static boolean there() {
    if (System.getenv("KUBECONFIG") != null) {
      return true;
    }
    System.out.println(
        "left out, for there is no Kubernetes API: the definitions of the custom resources"
            + " (config/test-cluster/cluster api mvn ...)");
    return false;
  }

  @BeforeAll
  void define() throws IOException {
    for (String file : List.of("workspaces.yaml", "snapshots.yaml")) {
      try (InputStream yaml = Files.newInputStream(DEFINITIONS.resolve(file))) {
        CustomResourceDefinition definition =
            (CustomResourceDefinition) client.load(yaml).items().get(0);
        client.resource(definition).forceConflicts().serverSideApply();
        CustomResourceDefinition ready =
            client
                .resource(definition)
                .waitUntilCondition(
                    one -> one.getStatus() != null && condition(one, "Established").equals("True"),
                    30,
                    TimeUnit.SECONDS);
        assertThat(condition(ready, "NonStructuralSchema")).isEmpty();
      }
    }
    client
        .namespaces()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
  }

  private static String condition(CustomResourceDefinition definition, String type) {
    return definition.getStatus().getConditions().stream()
        .filter(one -> one.getType().equals(type))
        .map(one -> one.getStatus())
        .findFirst()
        .orElse("");
  }

  @AfterAll
  void remove() {
    for (WorkspaceResource one :
        client.resources(WorkspaceResource.class).inNamespace(namespace).list().getItems()) {
      one.getMetadata().setFinalizers(List.of());
      client.resource(one).update();
    }
    client.namespaces().withName(namespace).delete();
    client.close();
  }

  private static ObjectNode tree(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** A spec with some fields set; null takes one away. */
  private static ObjectNode specWith(String fields) {
    ObjectNode spec = tree(SPEC);
    tree(fields)
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNull()) {
                spec.remove(field.getKey());
              } else {
                spec.set(field.getKey(), field.getValue());
              }
            });
    return spec;
  }

  private WorkspaceResource resource(String name, ObjectNode spec) {
    WorkspaceResource resource = new WorkspaceResource();
    resource.getMetadata().setName(name);
    resource.getMetadata().setNamespace(namespace);
    resource.setSpec(spec);
    return resource;
  }

  private WorkspaceResource create(WorkspaceResource resource) {
    return client.resource(resource).create();
  }

  /** An instance as a manager leaves it. */
  private WorkspaceResource written(Workspace workspace) {
    WorkspaceResource asked = mapper.resource(workspace, "manager-1");
    asked.getMetadata().setNamespace(namespace);
    JsonNode status = asked.getStatus();
    WorkspaceResource made = create(asked);
    made.setStatus((ObjectNode) status);
    return client.resource(made).updateStatus();
  }

  private static Workspace named(String id, Workspace workspace) {
    return new Workspace(
        id,
        workspace.version(),
        workspace.createdAt(),
        workspace.spec(),
        workspace.controls(),
        workspace.status(),
        workspace.trace());
  }

  @Test
  void everyFieldSurvivesPruning() throws IOException {
    Workspace full = named("survives", Samples.full());
    WorkspaceResource asked = mapper.resource(full, "manager-1");
    WorkspaceResource kept = written(full);
    assertThat(kept.getSpec()).isEqualTo(asked.getSpec());
    assertThat(normal(kept.getStatus())).isEqualTo(normal(asked.getStatus()));
    assertThat(mapper.workspace(kept)).isEqualTo(full);

    Workspace pending = named("survives-too", Workspaces.pending("survives-too"));
    assertThat(mapper.workspace(written(pending))).isEqualTo(pending);
  }

  /** As it was read: a number's width is not a difference. */
  private static JsonNode normal(ObjectNode tree) throws IOException {
    return JSON.readTree(JSON.writeValueAsBytes(tree));
  }

  @Test
  void everyFieldOfASnapshotSurvivesPruning() {
    Snapshot snapshot =
        Snapshot.of(Samples.full(), "0123456789abcdef0123456789abcdef", Instant.EPOCH)
            .settled("no space", Instant.EPOCH.plusSeconds(1));
    SnapshotResource asked = SnapshotMapper.resource(snapshot);
    asked.getMetadata().setNamespace(namespace);
    ObjectNode status = asked.getStatus();
    SnapshotResource made = client.resource(asked).create();
    made.setStatus(status);
    SnapshotResource kept = client.resource(made).updateStatus();
    assertThat(SnapshotMapper.snapshot(kept)).contains(snapshot);

    String refusal = "status.state: Invalid value: a snapshot that is complete stays so";
    kept.getStatus().put("state", "UNDERWAY");
    assertRefused(() -> client.resource(kept).updateStatus(), refusal);
    // A manager that stood still may have given it up.
    kept.getStatus().put("state", "COMPLETE");
    SnapshotResource whole = client.resource(kept).updateStatus();
    whole.getStatus().put("state", "FAILED");
    assertRefused(() -> client.resource(whole).updateStatus(), refusal);
    whole.getSpec().put("owner", "bob");
    assertRefused(
        () -> client.resource(whole).update(),
        "spec: Invalid value: the spec of a snapshot never changes; take another snapshot");
    asked.getMetadata().setName("by-hand");
    assertRefused(
        () -> client.resource(asked).create(), "by 32 lower-case hexadecimal digits; take one");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'type': 'IMAGEBUILD', 'servicePrefix': 'Build_1'}",
        "{'servicePrefix': '01234567-89ab-cdef-0123-456789abcdef'}",
        "{'initializer': {'kind': 'empty'}}",
        "{'initializer': {'kind': 'git', 'remoteUri': 'HTTPS://example.com:8443/a?b@c'}}",
        "{'initializer': {'kind': 'git', 'remoteUri': 'ssh://git@example.com/a.git'}}",
        "{'initializer': {'kind': 'git', 'remoteUri': 'https://org@git_server:8443/a'}}",
        "{'initializer': {'kind': 'git', 'remoteUri': 'http://b\u00fccher.test/a'}}",
        "{'initializer': {'kind': 'prebuild',"
            + " 'git': [{'kind': 'git', 'remoteUri': 'https://org@example.com/a'}]}}",
        "{'initializer': {'kind': 'backup', 'checkoutLocation': 'src/.app/..b'}}",
        "{'initializer': {'kind': 'prebuild'}}",
        "{'workspaceLocation': '', 'maximumLifetime': 'P1DT2H3M4.5S', 'backupInterval': 'PT0S'}",
        "{'initializer': {'kind': 'composite', 'initializers': [{'kind': 'composite',"
            + " 'initializers': [{'kind': 'composite', 'initializers': [{'kind': 'git',"
            + " 'remoteUri': 'https://example.com/deep'}]}]}]}}",
      })
  void whatIsRightIsTakenWhole(String fields) {
    ObjectNode spec = specWith(fields);
    WorkspaceResource kept = create(resource("w-" + UUID.randomUUID(), spec.deepCopy()));
    if (!spec.has("type")) {
      spec.put("type", "REGULAR");
    }
    assertThat(kept.getSpec()).isEqualTo(spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'owner': null}                          | spec.owner: Required value
          {'owner': '-ada'}                        | spec.owner: Invalid value: must be 1 to 63 letters
          {'owner': ''}                            | spec.owner: Invalid value: must be 1 to 63 letters
          {'owner': 7}                             | spec.owner: Invalid value: spec.owner in body must be of type string: "integer"
          {'metaId': 'a/b'}                        | spec.metaId: Invalid value: must be 1 to 63 letters
          {'workspaceImage': null}                 | spec.workspaceImage: Required value
          {'workspaceImage': ' '}                  | spec.workspaceImage: Invalid value: must name an image, such as
          {'type': 'ODD'}                          | spec.type: Unsupported value: "ODD": supported values: "REGULAR"
          {'servicePrefix': '3000-app'}            | spec.servicePrefix: Invalid value: must be a DNS label of at most 57
          {'servicePrefix': 'Upper'}               | spec.servicePrefix: Invalid value: must be a DNS label of at most 57
          {'featureFlags': ['PSI', 'PSI']}         | spec.featureFlags[1]: Duplicate value: "PSI"
          {'featureFlags': ['FAST']}               | spec.featureFlags[0]: Unsupported value: "FAST"
          {'workspaceLocation': '/workspace'}      | spec.workspaceLocation: Invalid value: must be a path relative to
          {'workspaceLocation': 'a/../../b'}       | spec.workspaceLocation: Invalid value: must be a path relative to
          {'maximumLifetime': '36h'}               | spec.maximumLifetime: Invalid value: must be an ISO 8601 duration, such
          {'maximumLifetime': 'PT0S'}              | spec.maximumLifetime: Invalid value: must be longer than zero
          {'maximumLifetime': 'PT-1S'}             | spec.maximumLifetime: Invalid value: must be an ISO 8601 duration, such
          {'maximumLifetime': 'P'}                 | spec.maximumLifetime: Invalid value: must be an ISO 8601 duration, such
          {'maximumLifetime': 'PT9999999999999H'}  | spec.maximumLifetime: Invalid value: must be an ISO 8601 duration, such
          {'backupInterval': 'P1DT'}               | spec.backupInterval: Invalid value: must be an ISO 8601 duration, such
          {'initializer': {}}                      | spec.initializer.kind: Required value
          {'initializer': {'kind': 'svn'}}         | spec.initializer.kind: Unsupported value: "svn"
          {'initializer': {'kind': 'git'}}         | spec.initializer.remoteUri: Invalid value: kind git needs remoteUri
          {'initializer': {'kind': 'empty', 'remoteUri': 'https://a/b'}}                                                      | and no other kind may have it
          {'initializer': {'kind': 'snapshot'}}                                                                               | kind snapshot needs snapshot
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'snapshot': 's'}}                                       | kind snapshot needs snapshot, and no other kind may have it
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'files': []}}                                           | may be set with kind download alone
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'git': []}}                                             | prebuild and git may be set with kind prebuild alone
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'initializers': []}}                                    | spec.initializer.initializers: Invalid value: may be set with kind composite alone
          {'initializer': {'kind': 'backup', 'fullClone': true}}                                                              | may be set with kind git alone
          {'initializer': {'kind': 'empty', 'checkoutLocation': 'a'}}                                                         | may be set with the kinds git and backup alone
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'fromVolumeSnapshot': true}}                            | may be set with the kinds snapshot and backup alone
          {'initializer': {'kind': 'git', 'remoteUri': 'file:///etc/passwd'}}                                                 | must be an http, https or ssh URL with a host
          {'initializer': {'kind': 'git', 'remoteUri': 'https:///etc/passwd'}}                                                | must be an http, https or ssh URL with a host
          {'initializer': {'kind': 'git', 'remoteUri': 'https://user:secret@a/b'}}                                            | without a password
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'targetMode': 'REMOTE_COMMIT'}}                         | need cloneTarget
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'cloneTarget': '--upload-pack=x'}}                      | must be a branch or a commit
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'checkoutLocation': '../a'}}                            | must be a path relative to the workspace folder
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'authentication': {'method': 'BASIC'}}}                 | no credentials belong into a resource that others may read
          {'initializer': {'kind': 'git', 'remoteUri': 'https://a/b', 'authentication': {'password': 's'}}}                   | no credentials belong into a resource that others may read
          {'initializer': {'kind': 'download', 'files': [{'url': 'ftp://a/b', 'filePath': 'b', 'digest': 'sha256:00'}]}}      | spec.initializer.files[0].digest
          {'initializer': {'kind': 'download', 'files': [{'url': 'ftp://a/b'}]}}                                              | spec.initializer.files[0].filePath: Required value
          {'initializer': {'kind': 'prebuild', 'git': [{'kind': 'git', 'remoteUri': 'file:///a'}]}}                           | spec.initializer.git[0].remoteUri: Invalid value
          {'initializer': {'kind': 'prebuild', 'git': [{'kind': 'git', 'remoteUri': 'https://a', 'authentication': {'user': 'u'}}]}} | no credentials belong into a resource
          {'initializer': {'kind': 'composite', 'initializers': [{'kind': 'git'}]}}                                           | spec.initializer.initializers[0].remoteUri: Invalid value: kind git needs remoteUri
          {'initializer': {'kind': 'composite', 'initializers': [{'kind': 'composite', 'initializers': [{'kind': 'git', 'authentication': {'user': 'u'}}]}]}} | initializers[0].initializers[0].authentication: Invalid value: no credentials belong
          """)
  void nonsenseIsRefusedWithWhatToDo(String fields, String message) {
    assertRefused(() -> create(resource("nonsense", specWith(fields))), message);
  }

  @Test
  void nonsenseWithoutASpecOrWithAWrongNameIsRefused() {
    assertRefused(() -> create(resource("nothing", null)), "spec: Required value");
    assertRefused(
        () -> create(resource("dots.in.it", tree(SPEC))),
        "must be a DNS label (a-z, 0-9, hyphens inside) of at most 52 characters");
    assertRefused(() -> create(resource("a".repeat(53), tree(SPEC))), "of at most 52 characters");
  }

  @Test
  void specNeverChanges() {
    Workspace full = named("fixed", Samples.full());
    WorkspaceResource made = written(full);
    String message =
        "spec: Invalid value: the spec of a workspace never changes; what may be changed goes"
            + " through the manager's API";
    for (String pointer : List.of("", "/initializer/initializers/1", "/git", "/annotations")) {
      WorkspaceResource changed = copy(made);
      ((ObjectNode) changed.getSpec().at(pointer)).put("owner", "bob").put("email", "changed");
      ((ObjectNode) changed.getSpec().at("/initializer/initializers/1")).put("cloneTarget", "x");
      assertRefused(() -> client.resource(changed).update(), message);
    }
    WorkspaceResource without = copy(made);
    without.getSpec().remove("team");
    assertRefused(() -> client.resource(without).update(), message);
    WorkspaceResource labelled = copy(made);
    labelled.getMetadata().getLabels().put("mine", "yes");
    assertThat(client.resource(labelled).update().getMetadata().getLabels()).containsKey("mine");
  }

  @Test
  void specThatIsNotLookedIntoDoesNotChangeEither() {
    ObjectNode spec =
        specWith(
            "{'initializer': {'kind': 'composite', 'initializers': [{'kind': 'composite',"
                + " 'initializers': [{'kind': 'git', 'remoteUri': 'https://example.com/a'}]}]}}");
    WorkspaceResource made = create(resource("deep", spec));
    ((ObjectNode) made.getSpec().at("/initializer/initializers/0/initializers/0"))
        .put("remoteUri", "https://example.com/b");
    assertRefused(() -> client.resource(made).update(), "the spec of a workspace never changes");
  }

  private WorkspaceResource copy(WorkspaceResource resource) {
    return client.getKubernetesSerialization().clone(resource);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /controls           | {'timeout': '30m'}                            | status.controls.timeout: Invalid value: must be an ISO 8601 duration
          /controls           | {'timeout': 'PT0S'}                           | status.controls.timeout: Invalid value: must be longer than zero
          /controls           | {'closedTimeout': 'PT-1S'}                    | status.controls.closedTimeout: Invalid value: must be an ISO 8601 duration
          /controls           | {'ports': [{'port': 1}, {'port': 1}]}         | status.controls.ports[1]: Duplicate value
          /controls           | {'ports': [{'port': 0}]}                      | status.controls.ports[0].port: Invalid value
          /controls           | {'ports': [{'port': 65536}]}                  | status.controls.ports[0].port: Invalid value
          /controls           | {'ports': [{'port': 1, 'protocol': 'UDP'}]}   | status.controls.ports[0].protocol: Unsupported value: "UDP"
          /controls           | {'admission': 'NOBODY'}                       | status.controls.admission: Unsupported value: "NOBODY"
          /controls           | {'stop': 'SOON'}                              | status.controls.stop: Unsupported value: "SOON"
          ``                  | {'phase': 'BORED'}                            | status.phase: Unsupported value: "BORED"
          ``                  | {'version': 1}                                | status.version: Invalid value: must not fall
          ``                  | {'createdAt': 'yesterday'}                    | status.createdAt
          """)
  void statusThatNoManagerWouldWriteIsRefused(String where, String fields, String message) {
    WorkspaceResource made = written(named("w-" + UUID.randomUUID(), Samples.full()));
    ((ObjectNode) made.getStatus().at(where)).setAll(tree(fields));
    assertRefused(() -> client.resource(made).updateStatus(), message);
  }

  @Test
  void stoppedInstanceStaysSo() {
    WorkspaceResource made = written(named("stopped", Samples.full()));
    made.getStatus().put("phase", "STOPPED");
    WorkspaceResource stopped = client.resource(made).updateStatus();
    stopped.getStatus().put("phase", "RUNNING");
    assertRefused(
        () -> client.resource(stopped).updateStatus(),
        "status.phase: Invalid value: an instance that has stopped stays so");
  }

  @Test
  void columnsTellWhatPeopleAskFor() throws Exception {
    WorkspaceResource made = written(named("columns", Samples.full()));
    JsonNode table = table("workspaces", made);
    List<String> names = new ArrayList<>();
    table.path("columnDefinitions").forEach(column -> names.add(column.path("name").asText()));
    assertThat(names).containsExactly("Name", "owner", "class", "type", "phase", "node", "age");
    List<String> cells = new ArrayList<>();
    table.at("/rows/0/cells").forEach(cell -> cells.add(cell.asText()));
    assertThat(cells.subList(0, 6))
        .containsExactly("columns", "ada", "large", "PREBUILD", "STOPPING", "node");
    assertThat(cells.get(6)).matches("[0-9]+[sm].*");
  }

  /** What kubectl asks for. */
  private JsonNode table(String plural, HasMetadata one) throws Exception {
    var http = client.getHttpClient();
    var request =
        http.newHttpRequestBuilder()
            .uri(
                URI.create(
                    client.getMasterUrl()
                        + "apis/%s/v1/namespaces/%s/%s/%s"
                            .formatted(
                                Names.GROUP, namespace, plural, one.getMetadata().getName())))
            .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
            .build();
    return JSON.readTree(http.sendAsync(request, String.class).get(10, TimeUnit.SECONDS).body());
  }

  private static void assertRefused(Runnable request, String message) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            refusal -> {
              assertThat(refusal.getCode()).isEqualTo(422);
              // Between the two, the type of the value.
              assertThat(
                      refusal
                          .getStatus()
                          .getMessage()
                          .replaceAll("Invalid value: \"[a-z]+\": ", "Invalid value: "))
                  .contains(message);
            });
  }
}
