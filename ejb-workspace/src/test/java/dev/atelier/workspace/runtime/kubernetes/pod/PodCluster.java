// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.awaitility.Awaitility.await;

import dev.atelier.cluster.ManagerRights;
import dev.atelier.cluster.RealNodes;
import dev.atelier.workspace.Workers;
import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.StoredContent;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Deadlines;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.MemorySnapshotStore;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A manager's core over a real cluster with a real kubelet, whose node can reach the folders of
 * this machine. The manager can be lost and started again.
 */
final class PodCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String NAMESPACE = "default";

  /** The manager's, whose rights are those of the manifests. */
  static final String USER = "system:serviceaccount:" + NAMESPACE + ":atelier";

  final KubernetesClient client = new KubernetesClientBuilder().build();
  private final List<HasMetadata> rights = rights(client);
  private final KubernetesClient manager = manager(client);
  final MemoryWorkspaceStore store =
      new MemoryWorkspaceStore() {
        @Override
        public synchronized void watch(Consumer<StoreChange> listener) {
          int manager = managers.get();
          super.watch(
              change -> {
                if (manager == managers.get()) {
                  listener.accept(change);
                }
              });
        }
      };
  final MemorySnapshotStore snapshotStore = new MemorySnapshotStore();
  final List<String> phases = new CopyOnWriteArrayList<>();
  final Path content;
  private final AtomicInteger managers = new AtomicInteger();
  private PodSettings settings;
  private PodClass podClass = PodClass.DEFAULT;
  private WorkspaceClass.Resources resources =
      new WorkspaceClass.Resources(50, 0, 64L << 20, 256L << 20, 0, 256L << 20);
  private TimeoutSettings timeouts = TimeoutSettings.DEFAULT;
  private KubernetesRuntime runtime;
  private Reconciler reconciler;
  private Workers reconcilers;
  private ScheduledExecutorService timer;

  private static List<HasMetadata> rights(KubernetesClient admin) {
    try {
      List<HasMetadata> rights = ManagerRights.manifest(admin, NAMESPACE, "atelier-of-pod-tests");
      rights.forEach(
          one -> admin.resource(one).inNamespace(NAMESPACE).forceConflicts().serverSideApply());
      return rights;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client that is the manager, as its account is by the manifests. */
  private static KubernetesClient manager(KubernetesClient admin) {
    Config config =
        new ConfigBuilder(admin.getConfiguration())
            .withImpersonateUsername(USER)
            .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
            .build();
    KubernetesClient manager = new KubernetesClientBuilder().withConfig(config).build();
    // The API server takes a moment to know the rights.
    await()
        .ignoreException(KubernetesClientException.class)
        .until(
            () ->
                manager.pods().inNamespace(NAMESPACE).list() != null
                    && manager.nodes().list() != null);
    return manager;
  }

  PodCluster(Path folder) throws IOException {
    this.content = folder.resolve("store");
    Files.createDirectory(content);
    Files.setPosixFilePermissions(content, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (Path above = folder; above != null; above = above.getParent()) {
      if (!Files.getPosixFilePermissions(above).toString().contains("OTHERS_EXECUTE")) {
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    this.settings =
        PodSettings.DEFAULT.with(
            s ->
                s.agentImage(System.getProperty("atelier.agent-image", "localhost/atelier-agent:1"))
                    .store(ContentStoreSettings.in(PodSettings.STORE))
                    .finalization(Duration.ofMinutes(2))
                    .unsavedRetention(Duration.ofMinutes(5))
                    .storeVolume(
                        Map.of(
                            "hostPath", Map.of("path", content.toString(), "type", "Directory"))));
  }

  /** Whether there is a cluster with a node; says so in a line where there is none. */
  static boolean there() {
    return there(client -> node(client).isPresent(), "what pods do", "node");
  }

  private static Optional<String> node(KubernetesClient client) {
    return RealNodes.address(client, any -> true);
  }

  /** Whether there is an API server; says so in a line where there is none. */
  static boolean serverThere() {
    return there(client -> client.namespaces().list() != null, "what volumes do", "api");
  }

  private static boolean there(Predicate<KubernetesClient> enough, String what, String ring) {
    if (System.getenv("KUBECONFIG") != null) {
      try (KubernetesClient client = new KubernetesClientBuilder().build()) {
        if (enough.test(client)) {
          return true;
        }
      } catch (KubernetesClientException e) {
        System.out.println("the API server of KUBECONFIG: " + e.getMessage());
      }
    }
    System.out.printf(
        "left out, for there is no such cluster: %s (config/test-cluster/cluster %s mvn -o ...)%n",
        what, ring);
    return false;
  }

  WorkspaceClass workspaceClass(String id) {
    return new WorkspaceClass(id, id, id, 0, resources, Duration.ZERO);
  }

  /** How long an instance may take to be saved, for the next manager. */
  void withFinalization(Duration most) {
    TimeoutSettings d = TimeoutSettings.DEFAULT;
    timeouts =
        new TimeoutSettings(
            d.initialization(),
            d.startup(),
            d.regular(),
            d.closed(),
            d.lifetime(),
            d.headless(),
            d.interrupted(),
            most,
            d.stopping(),
            d.retention());
  }

  KubernetesRuntime runtime() {
    return runtime;
  }

  void withCpu(int millis) {
    resources = new WorkspaceClass.Resources(millis, 0, 64L << 20, 256L << 20, 0, 256L << 20);
  }

  /** What the class of instances that are made from now on has room for. */
  void withStorage(long bytes) {
    resources =
        new WorkspaceClass.Resources(
            resources.cpuMillis(),
            resources.cpuLimitMillis(),
            resources.memoryBytes(),
            resources.memoryLimitBytes(),
            resources.processes(),
            bytes);
  }

  void with(UnaryOperator<PodClass> change) {
    podClass = change.apply(podClass);
  }

  void withSettings(UnaryOperator<PodSettings> change) {
    settings = change.apply(settings);
  }

  /** An address of this machine that pods reach. */
  InetAddress address() throws IOException {
    String known = System.getenv("ATELIER_TEST_ADDRESS");
    if (known != null) {
      return InetAddress.getByName(known);
    }
    return InetAddress.getByName(node(client).orElseThrow());
  }

  private long storedBytes(WorkspaceKey key) throws BackupFault, InterruptedException {
    if (!Files.isDirectory(content.resolve("objects"))) {
      // It is made by the first pod, as the user whose it has to be.
      return 0;
    }
    try {
      return new StoredContent(
              ContentStoreSettings.in(content).open(InstantSource.system(), Thread::new))
          .mostContentBytes(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a manager. */
  PodCluster start() throws WorkspaceFault {
    WorkspaceTracker tracker =
        new WorkspaceTracker(
            change -> phases.add(change.current().id() + " " + change.current().status().phase()),
            Runnable::run);
    Snapshots snapshots = Snapshots.of(snapshotStore, tracker, id -> false);
    timer = Executors.newSingleThreadScheduledExecutor();
    runtime =
        new KubernetesRuntime(
            manager,
            NAMESPACE,
            settings,
            store,
            this::workspaceClass,
            id -> podClass,
            id -> Optional.empty(),
            snapshots::settled,
            this::storedBytes,
            Workers.over(Executors.defaultThreadFactory(), 16),
            timer,
            InstantSource.system());
    reconcilers = Workers.over(Executors.defaultThreadFactory(), 4);
    reconciler =
        new Reconciler(
            store,
            runtime,
            new Lifecycle(new Timeouts(timeouts)),
            tracker,
            snapshots,
            new Activities(),
            Optional::empty,
            new Alarm(),
            reconcilers,
            4,
            InstantSource.system(),
            new Random(1));
    reconciler.start();
    return this;
  }

  private final class Alarm implements Deadlines {
    @Override
    public void arm(String id, Instant when) {
      long millis = Math.max(1, Duration.between(Instant.now(), when).toMillis());
      var unused = timer.schedule(() -> reconciler.due(id), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void disarm(String id) {}
  }

  /** The manager is lost. */
  void lose() {
    managers.incrementAndGet();
    if (runtime != null) {
      runtime.close();
      reconcilers.close();
    }
  }

  Workspace workspace(String id, WorkspaceType type, Initializer initializer) {
    Workspace pending = Workspaces.pending(id, type);
    return pending.with(
        w ->
            w.createdAt(Instant.now())
                .spec(
                    pending
                        .spec()
                        .with(
                            s ->
                                s.workspaceImage("localhost/busybox:1")
                                    .initializer(initializer.withoutCredentials())))
                .status(
                    pending
                        .status()
                        .withProgress(
                            pending
                                .status()
                                .progress()
                                .withSnapshotId(
                                    Optional.of("%032x".formatted(id.hashCode() & 0xffffL))))));
  }

  /** The same workspace in another run. */
  Workspace again(Workspace before, String id) {
    return before.with(
        w ->
            w.id(id)
                .createdAt(Instant.now())
                .spec(before.spec().withMetaId(before.spec().metaId())));
  }

  void begin(Workspace workspace, Initializer initializer, EnvironmentVariable... environment)
      throws WorkspaceFault {
    store.create(
        workspace, new WorkspaceSecrets("token", List.of(environment), Optional.of(initializer)));
  }

  void stop(String id, StopPolicy policy) throws WorkspaceFault {
    store.update(id, w -> w.withControls(w.controls().withStop(Optional.of(policy))));
  }

  void snapshot(String id, String snapshot) throws WorkspaceFault {
    Instant now = Instant.now();
    store.update(
        id,
        w -> {
          Captures captures = w.status().progress().captures().withSnapshot(snapshot, now);
          return w.withStatus(
              w.status().withProgress(w.status().progress().withCaptures(captures)));
        });
    snapshotStore.create(Snapshot.of(store.get(id).orElseThrow(), snapshot, now));
  }

  void backup(String id) throws WorkspaceFault {
    Instant now = Instant.now();
    store.update(
        id,
        w -> {
          Captures captures = w.status().progress().captures().withBackup(now);
          return w.withStatus(
              w.status().withProgress(w.status().progress().withCaptures(captures)));
        });
  }

  Workspace awaitPhase(String id, Phase phase) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              Workspace now = store.get(id).orElseThrow();
              return now.phase().compareTo(phase) >= 0 && now.phase() != Phase.INTERRUPTED;
            });
    Workspace now = store.get(id).orElseThrow();
    if (now.phase() != phase) {
      throw new AssertionError(now.phase() + " " + now.status() + " " + phases);
    }
    return now;
  }

  Workspace awaitCopies(String id) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> store.get(id).orElseThrow().status().progress().captures().pending().isEmpty());
    return store.get(id).orElseThrow();
  }

  Optional<Pod> pod(String name) {
    return Optional.ofNullable(client.pods().inNamespace(NAMESPACE).withName(name).get());
  }

  void awaitNoPod(String name) {
    await().atMost(PATIENCE).until(() -> pod(name).isEmpty());
  }

  /** Runs a line of shell in the workspace's container; answers what it wrote. */
  String shell(String pod, String line) throws Exception {
    return shell(pod, PodNames.WORKSPACE, line);
  }

  String shell(String pod, String container, String line) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var watch =
        client
            .pods()
            .inNamespace(NAMESPACE)
            .withName(pod)
            .inContainer(container)
            .writingOutput(out)
            .writingError(out)
            .exec("sh", "-c", line)) {
      watch.exitCode().get(30, TimeUnit.SECONDS);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    lose();
    for (Map<String, String> labels : List.of(PodNames.SELECTOR, PodNames.WARM_SELECTOR)) {
      client
          .pods()
          .inNamespace(NAMESPACE)
          .withLabels(labels)
          .list()
          .getItems()
          .forEach(pod -> discard(pod.getMetadata().getName()));
    }
    // They have no owner to go with.
    client.secrets().inNamespace(NAMESPACE).withLabel(PodNames.INSTANCE).delete();
    manager.close();
    rights.forEach(one -> client.resource(one).inNamespace(NAMESPACE).delete());
    client.close();
  }

  private void discard(String name) {
    var pod = client.pods().inNamespace(NAMESPACE).withName(name);
    try {
      pod.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
      pod.withGracePeriod(0).delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) {
        throw e;
      }
    }
  }
}
