// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.operations.MaintenanceRecord;
import dev.atelier.workspace.reconcile.Leadership;
import dev.atelier.workspace.runtime.SnapshotLookup;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.runtime.kubernetes.pod.KubernetesRuntime;
import dev.atelier.workspace.runtime.kubernetes.pod.PodClass;
import dev.atelier.workspace.runtime.kubernetes.pod.PodConfiguration;
import dev.atelier.workspace.runtime.kubernetes.pod.PodSettings;
import dev.atelier.workspace.runtime.kubernetes.pod.StoredSizes;
import dev.atelier.workspace.runtime.kubernetes.state.Caretaker;
import dev.atelier.workspace.runtime.kubernetes.state.ConfigMapMaintenanceRecord;
import dev.atelier.workspace.runtime.kubernetes.state.KubernetesSnapshotStore;
import dev.atelier.workspace.runtime.kubernetes.state.KubernetesWorkspaceStore;
import dev.atelier.workspace.runtime.kubernetes.state.SecretPasswordRecord;
import dev.atelier.workspace.security.PasswordRecord;
import dev.atelier.workspace.store.HeardStore;
import dev.atelier.workspace.store.SnapshotStore;
import dev.atelier.workspace.store.WorkspaceStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** One of the managers of a namespace: what it shares with the others, and its own part. */
public final class KubernetesManager implements AutoCloseable {
  private static final Logger LOG = System.getLogger(KubernetesManager.class.getName());

  private final KubernetesClient client;
  private final String namespace;
  private final KubernetesWorkspaceStore store;
  private final KubernetesSnapshotStore snapshots;
  private final ConfigMapMaintenanceRecord maintenance;
  private final LeaseLeadership leadership;
  private Caretaker caretaker;

  private KubernetesManager(
      KubernetesClient client, KubernetesClient elector, String namespace, String identity) {
    this.client = client;
    this.namespace = namespace;
    this.store = new KubernetesWorkspaceStore(client, namespace, identity);
    this.snapshots = new KubernetesSnapshotStore(client, namespace);
    this.maintenance = new ConfigMapMaintenanceRecord(client, namespace);
    this.leadership = new LeaseLeadership(elector, namespace, identity);
  }

  /**
   * One that has read all that there is.
   *
   * @param name of the place that it runs in, such as its pod's
   * @throws WorkspaceFault UNAVAILABLE: the API server is out of reach for too long
   */
  public static KubernetesManager open(KubernetesSettings settings, String name)
      throws WorkspaceFault {
    KubernetesClient client = ClusterClient.ofEnvironment();
    String namespace =
        settings
            .namespace()
            .orElseGet(() -> Objects.requireNonNullElse(client.getNamespace(), "default"));
    String identity = name + "-" + UUID.randomUUID().toString().substring(0, 8);
    LOG.log(
        Level.INFO,
        "workspaces are custom resources in namespace {0} of {1}; this manager is {2}",
        namespace,
        client.getMasterUrl(),
        identity);
    return open(client, ClusterClient.ofElector(), namespace, identity, settings.startTimeout());
  }

  /**
   * One that asks by these clients, which end with it.
   *
   * @param elector for the election of a leader
   * @param identity that no other manager ever has
   */
  static KubernetesManager open(
      KubernetesClient client,
      KubernetesClient elector,
      String namespace,
      String identity,
      Duration patience)
      throws WorkspaceFault {
    KubernetesManager manager = new KubernetesManager(client, elector, namespace, identity);
    boolean filled = false;
    try {
      manager.store.start();
      manager.snapshots.start();
      manager.maintenance.start();
      manager.store.awaitFilled(patience);
      manager.snapshots.awaitFilled(patience);
      manager.maintenance.awaitFilled(patience);
      filled = true;
      return manager;
    } finally {
      if (!filled) {
        manager.close();
      }
    }
  }

  /** Where instances are recorded. */
  public WorkspaceStore store() {
    return store;
  }

  /** Where it is kept who has heard of which ends. */
  public HeardStore heard() {
    return store.heard();
  }

  /** Where snapshots are recorded. */
  public SnapshotStore snapshots() {
    return snapshots;
  }

  /** A runtime of pods; ended by whoever asked for it. */
  public static final class Pods implements AutoCloseable {
    private final KubernetesRuntime runtime;

    private Pods(KubernetesRuntime runtime) {
      this.runtime = runtime;
    }

    /** The runtime. */
    public WorkspaceRuntime runtime() {
      return runtime;
    }

    @Override
    public void close() {
      runtime.close();
    }
  }

  /**
   * Runs instances as pods.
   *
   * @param classes by id
   * @param stored how large backups are
   * @param workers runs what may block; ends with the runtime
   * @param timer short tasks after a delay; ends with the runtime
   * @throws IllegalArgumentException with everything that is wrong in {@code settings}
   * @throws WorkspaceFault UNAVAILABLE: what runs could not be read
   */
  public Pods pods(
      Settings settings,
      Function<String, WorkspaceClass> classes,
      SnapshotLookup lookup,
      StoredSizes stored,
      Workers workers,
      ScheduledExecutorService timer,
      InstantSource clock)
      throws WorkspaceFault {
    PodSettings podSettings = PodConfiguration.settings(settings);
    Map<String, PodClass> podClasses = PodConfiguration.classes(settings);
    settings.throwIfAny();
    KubernetesRuntime runtime =
        new KubernetesRuntime(
            client,
            namespace,
            podSettings,
            store,
            classes,
            podClasses::get,
            store::owner,
            lookup,
            stored,
            workers,
            timer,
            clock);
    boolean opened = false;
    try {
      runtime.open();
      opened = true;
      return new Pods(runtime);
    } finally {
      if (!opened) {
        runtime.close();
      }
    }
  }

  /** Where the end of maintenance is kept. */
  public MaintenanceRecord maintenance() {
    return maintenance;
  }

  /** Where the first password is kept. */
  public PasswordRecord passwords() {
    return new SecretPasswordRecord(client, namespace);
  }

  /**
   * Whether this manager is the one that acts; whichever does so sees to resources that were made
   * by hand too.
   */
  public synchronized Leadership leadership(Adoption adoption) {
    if (caretaker == null) {
      caretaker = new Caretaker(store, adoption);
    }
    return new Caring(leadership, caretaker);
  }

  private record Caring(Leadership leadership, Caretaker caretaker) implements Leadership {
    @Override
    public void begin(Lead lead, Runnable follow) throws WorkspaceFault {
      leadership.begin(
          () -> {
            lead.run();
            caretaker.lead();
          },
          () -> {
            caretaker.rest();
            follow.run();
          });
    }

    @Override
    public void close() {
      leadership.close();
      caretaker.close();
    }
  }

  @Override
  public void close() {
    leadership.close();
    store.close();
    snapshots.close();
    maintenance.close();
    client.close();
  }
}
