package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import dev.atelier.workspace.domain.WorkspaceSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What an instance is as a pod. Pure. */
public final class WorkspacePod {
  /** After the finalization there is time to say how it went. */
  private static final long SPARE_SECONDS = 120;

  private static final int FOR_EVER = Integer.MAX_VALUE;
  private static final String TERMINATION_LOG = "/dev/termination-log";
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private final PodSettings settings;
  private final Workspace workspace;
  private final WorkspaceSpec spec;
  private final WorkspaceClass sizes;
  private final PodClass podClass;
  private final String name;

  private WorkspacePod(
      PodSettings settings, Workspace workspace, WorkspaceClass sizes, PodClass podClass) {
    this.settings = settings;
    this.workspace = workspace;
    this.spec = workspace.spec();
    this.sizes = sizes;
    this.podClass = podClass;
    this.name = PodNames.pod(workspace.id(), spec.type());
  }

  /** The pod of an instance, with the class's template merged in. */
  public static Pod of(
      PodSettings settings, Workspace workspace, WorkspaceClass sizes, PodClass podClass) {
    Pod pod = new WorkspacePod(settings, workspace, sizes, podClass).pod();
    if (podClass.template().isEmpty()) {
      return pod;
    }
    Map<String, Object> fields = fields(pod);
    return SERIALIZATION.convertValue(DeepMerge.of(fields, podClass.template()), Pod.class);
  }

  @SuppressWarnings("unchecked") // The fields of an object have names.
  private static Map<String, Object> fields(Pod pod) {
    return SERIALIZATION.convertValue(pod, LinkedHashMap.class);
  }

  private Pod pod() {
    List<Container> first = new ArrayList<>(List.of(prepare(), keeper()));
    first.addAll(layers());
    PodSecurityContextBuilder security =
        new PodSecurityContextBuilder()
            .withRunAsNonRoot(true)
            .withRunAsUser(settings.user())
            .withRunAsGroup(settings.user())
            .withNewSeccompProfile()
            .withType("RuntimeDefault")
            .endSeccompProfile();
    if (podClass.persistent()) {
      // An empty folder may be written to by everybody, a disk by its owner.
      security.withFsGroup(settings.user()).withFsGroupChangePolicy("OnRootMismatch");
    }
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(PodNames.labels(workspace.id(), spec.type(), spec.owner(), spec.metaId()))
        .withAnnotations(Map.of("kubectl.kubernetes.io/default-container", PodNames.WORKSPACE))
        .withFinalizers(PodNames.FINALIZER)
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withTerminationGracePeriodSeconds(settings.patience().toSeconds() + SPARE_SECONDS)
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withSecurityContext(security.build())
        .withImagePullSecrets(
            settings.pullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNodeSelector(podClass.nodeSelector())
        .withTolerations(
            podClass.tolerations().stream()
                .map(one -> SERIALIZATION.convertValue(one, Toleration.class))
                .toList())
        .withInitContainers(first)
        .withContainers(main())
        .withVolumes(volumes())
        .endSpec()
        .build();
  }

  private Container prepare() {
    List<String> command =
        new ArrayList<>(
            List.of("/agent/prepare", PodPaths.PROGRAMS, PodPaths.VOLUME, PodPaths.STATE));
    List<VolumeMount> mounts =
        new ArrayList<>(
            List.of(
                mount("programs", PodPaths.PROGRAMS),
                mount("volume", PodPaths.VOLUME),
                mount("state", PodPaths.STATE)));
    if (!layerImages().isEmpty()) {
      settings.ideFolders().forEach(folder -> command.add(PodPaths.IDE + folder));
      mounts.add(mount("ide", PodPaths.IDE));
    }
    return agent(PodNames.PREPARE, command, mounts, 64L << 20).build();
  }

  private Container keeper() {
    List<VolumeMount> mounts =
        new ArrayList<>(
            List.of(
                part("volume", "content", PodPaths.WORKSPACE),
                mount("state", PodPaths.STATE),
                readOnly("out", PodPaths.OUT),
                mount("scratch", "/tmp"),
                readOnly("order", PodPaths.ORDER)));
    if (!settings.storeVolume().isEmpty()) {
      mounts.add(mount("store", PodSettings.STORE.toString()));
    }
    return agent(
            PodNames.KEEPER,
            List.of(
                "/agent/keeper",
                PodPaths.ORDER + "/order",
                PodPaths.STATE,
                PodPaths.OUT,
                TERMINATION_LOG),
            mounts,
            settings.keeperMemory())
        .withRestartPolicy("Always")
        .build();
  }

  private ContainerBuilder agent(
      String container, List<String> command, List<VolumeMount> mounts, long memory) {
    return new ContainerBuilder()
        .withName(container)
        .withImage(settings.agentImage())
        .withImagePullPolicy(settings.pullPolicy())
        .withCommand(command)
        .withNewResources()
        .addToRequests("cpu", new Quantity("10m"))
        .addToRequests("memory", bytes(Math.min(memory, 96L << 20)))
        .addToLimits("memory", bytes(memory))
        .endResources()
        .withSecurityContext(security(true))
        .withVolumeMounts(mounts);
  }

  private List<String> layerImages() {
    return Stream.concat(
            Stream.of(spec.ideImage().webRef(), spec.ideImage().supervisorRef()),
            spec.ideImageLayers().stream())
        .filter(image -> !image.isEmpty())
        .toList();
  }

  /** Each copies what there is of an IDE from its image, by the programs of this one. */
  private List<Container> layers() {
    List<Container> layers = new ArrayList<>();
    String folders = String.join(" ", settings.ideFolders());
    String script =
        "for folder in "
            + folders
            + "; do [ ! -d \"$folder\" ] || $0 cp -a \"$folder/.\" \""
            + PodPaths.IDE
            + "$folder/\"; done";
    for (String image : layerImages()) {
      layers.add(
          new ContainerBuilder()
              .withName("layer-" + layers.size())
              .withImage(image)
              .withImagePullPolicy(settings.pullPolicy())
              .withCommand(PodPaths.SHELL, "sh", "-c", script, PodPaths.SHELL)
              .withNewResources()
              .addToRequests("cpu", new Quantity("10m"))
              .addToRequests("memory", bytes(32L << 20))
              .addToLimits("memory", bytes(256L << 20))
              .endResources()
              .withSecurityContext(security(true))
              .withVolumeMounts(readOnly("programs", PodPaths.PROGRAMS), mount("ide", PodPaths.IDE))
              .build());
    }
    return layers;
  }

  private Container main() {
    Resources resources = sizes.resources();
    Map<String, Quantity> limits = new LinkedHashMap<>();
    if (resources.cpuLimitMillis() > 0) {
      limits.put("cpu", new Quantity(resources.cpuLimitMillis() + "m"));
    }
    if (resources.memoryLimitBytes() > 0) {
      limits.put("memory", bytes(resources.memoryLimitBytes()));
    }
    List<VolumeMount> mounts =
        new ArrayList<>(
            List.of(
                part("volume", "content", PodPaths.WORKSPACE),
                part("volume", "home", PodPaths.HOME),
                readOnly("programs", PodPaths.PROGRAMS),
                readOnly("state", PodPaths.STATE),
                readOnly("start", PodPaths.START),
                mount("out", PodPaths.OUT)));
    if (!layerImages().isEmpty()) {
      for (String folder : settings.ideFolders()) {
        mounts.add(
            new VolumeMountBuilder(readOnly("ide", folder))
                .withSubPath(folder.substring(1))
                .build());
      }
    }
    ContainerBuilder main =
        new ContainerBuilder()
            .withName(PodNames.WORKSPACE)
            .withImage(spec.workspaceImage())
            .withImagePullPolicy(settings.pullPolicy())
            .withCommand(
                PodPaths.INIT, PodPaths.SHELL, PodPaths.STATE, PodPaths.START, PodPaths.OUT)
            .withWorkingDir(PodPaths.WORKSPACE)
            .withTerminationMessagePolicy("FallbackToLogsOnError")
            .withNewResources()
            .addToRequests("cpu", new Quantity(resources.cpuMillis() + "m"))
            .addToRequests("memory", bytes(resources.memoryBytes()))
            .withLimits(limits)
            .endResources()
            .withSecurityContext(security(false))
            .withStartupProbe(started())
            .withVolumeMounts(mounts);
    for (ExposedPort port : workspace.controls().ports()) {
      main.addNewPort()
          .withName("port-" + port.port())
          .withContainerPort(port.port())
          .withProtocol("TCP")
          .endPort();
    }
    PodClass.Readiness readiness = podClass.readiness();
    if (readiness instanceof PodClass.Readiness.Port port) {
      main.withReadinessProbe(
          probe()
              .withNewTcpSocket()
              .withPort(new IntOrString(port.number()))
              .endTcpSocket()
              .build());
    } else if (readiness instanceof PodClass.Readiness.Http http) {
      main.withReadinessProbe(
          probe()
              .withNewHttpGet()
              .withPort(new IntOrString(http.port()))
              .withPath(http.path())
              .endHttpGet()
              .build());
    }
    return main.build();
  }

  private static ProbeBuilder probe() {
    return new ProbeBuilder().withPeriodSeconds(1).withTimeoutSeconds(5).withFailureThreshold(3);
  }

  /** Started means: the content is ready. How long that may take is the lifecycle's to say. */
  private static Probe started() {
    return new ProbeBuilder()
        .withNewExec()
        .withCommand(PodPaths.SHELL, "test", "-e", PodPaths.STATE + "/ready")
        .endExec()
        .withPeriodSeconds(1)
        .withTimeoutSeconds(10)
        .withFailureThreshold(FOR_EVER)
        .build();
  }

  private static SecurityContext security(boolean readOnly) {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(readOnly)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    long storage = sizes.resources().storageBytes();
    volumes.add(
        podClass.persistent()
            ? new VolumeBuilder()
                .withName("volume")
                .withNewPersistentVolumeClaim()
                .withClaimName(name)
                .endPersistentVolumeClaim()
                .build()
            : empty("volume", storage));
    volumes.add(empty("programs", 16L << 20));
    volumes.add(empty("state", 16L << 20));
    volumes.add(empty("out", 1L << 30));
    volumes.add(empty("scratch", 1L << 30));
    if (!layerImages().isEmpty()) {
      volumes.add(empty("ide", 0));
    }
    volumes.add(secret("start", List.of("environment", "first", "again")));
    volumes.add(secret("order", List.of("order")));
    if (!settings.storeVolume().isEmpty()) {
      Map<String, Object> store = new LinkedHashMap<>(settings.storeVolume());
      store.put("name", "store");
      volumes.add(SERIALIZATION.convertValue(store, Volume.class));
    }
    return volumes;
  }

  private static Volume empty(String volume, long bytes) {
    EmptyDirVolumeSource source = new EmptyDirVolumeSource();
    if (bytes > 0) {
      source.setSizeLimit(bytes(bytes));
    }
    return new VolumeBuilder().withName(volume).withEmptyDir(source).build();
  }

  private Volume secret(String volume, List<String> keys) {
    VolumeBuilder secret = new VolumeBuilder().withName(volume);
    var source = secret.withNewSecret().withSecretName(name).withDefaultMode(0444);
    for (String key : keys) {
      source.addNewItem().withKey(key).withPath(key).endItem();
    }
    return source.endSecret().build();
  }

  private static VolumeMount mount(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
  }

  private static VolumeMount part(String volume, String folder, String path) {
    return new VolumeMountBuilder(mount(volume, path)).withSubPath(folder).build();
  }

  private static VolumeMount readOnly(String volume, String path) {
    return new VolumeMountBuilder(mount(volume, path)).withReadOnly(true).build();
  }

  private static Quantity bytes(long bytes) {
    return bytes % (1 << 20) == 0
        ? new Quantity((bytes >> 20) + "Mi")
        : new Quantity(Long.toString(bytes));
  }
}
