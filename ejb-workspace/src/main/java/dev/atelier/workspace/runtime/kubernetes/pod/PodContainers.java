// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceClass.Resources;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The containers of an instance's pod. Pure. */
final class PodContainers {
  private static final int FOR_EVER = Integer.MAX_VALUE;
  private static final long STORE_MEMORY = 128L << 20;
  private static final String TERMINATION_LOG = "/dev/termination-log";

  private final PodSettings settings;
  private final PodRequest request;
  private final WorkspaceClass sizes;
  private final PodClass podClass;

  PodContainers(PodSettings settings, PodRequest request, WorkspaceClass sizes, PodClass podClass) {
    this.settings = settings;
    this.request = request;
    this.sizes = sizes;
    this.podClass = podClass;
  }

  /** Those that come before the workspace's, in order. */
  List<Container> first() {
    List<Container> first = new ArrayList<>(List.of(prepare()));
    if (served()) {
      // Before the keeper, since it ends after it.
      first.add(store());
    }
    first.add(keeper());
    first.addAll(layers());
    return first;
  }

  /** Whether there is a folder store, which a container of its own has the volume of. */
  boolean served() {
    return settings.store().bucket().isEmpty() && !settings.storeVolume().isEmpty();
  }

  /** Whether an IDE's images are copied from. */
  boolean layered() {
    return !request.layers().isEmpty();
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
    if (layered()) {
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
                mount("scratch", "/tmp")));
    if (request.warm()) {
      mounts.add(mount("order", PodPaths.ORDER));
      mounts.add(mount("start", PodPaths.START));
    } else {
      mounts.add(readOnly("order", PodPaths.ORDER));
    }
    if (served()) {
      mounts.add(readOnly("door", PodPaths.DOOR));
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

  /** Serves the keeper what is granted of a folder store. */
  private Container store() {
    return agent(
            PodNames.STORE,
            List.of(
                "/agent/store",
                PodSettings.STORE.toString(),
                PodPaths.SOCKET,
                PodPaths.LABELS + "/labels",
                PodPaths.SIGNATURES),
            List.of(
                mount("store", PodSettings.STORE.toString()),
                mount("door", PodPaths.DOOR),
                readOnly("labels", PodPaths.LABELS),
                mount("asks", "/tmp")),
            STORE_MEMORY)
        .withSecurityContext(
            new SecurityContextBuilder(security(true))
                .withRunAsUser(settings.storeUser())
                .withRunAsGroup(settings.storeUser())
                .build())
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
    for (String image : request.layers()) {
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

  /** The workspace's. */
  Container main() {
    Resources resources = sizes.resources();
    ContainerBuilder main =
        new ContainerBuilder()
            .withName(PodNames.WORKSPACE)
            .withImage(request.image())
            .withImagePullPolicy(settings.pullPolicy())
            .withCommand(
                PodPaths.INIT, PodPaths.SHELL, PodPaths.STATE, PodPaths.START, PodPaths.OUT)
            .withWorkingDir(PodPaths.WORKSPACE)
            .withTerminationMessagePolicy("FallbackToLogsOnError")
            .withNewResources()
            .addToRequests("cpu", new Quantity(resources.cpuMillis() + "m"))
            .addToRequests("memory", bytes(resources.memoryBytes()))
            .withLimits(limits())
            .endResources()
            .withSecurityContext(security(false))
            .withStartupProbe(started())
            .withVolumeMounts(mounts());
    for (int port : request.ports()) {
      main.addNewPort()
          .withName("port-" + port)
          .withContainerPort(port)
          .withProtocol("TCP")
          .endPort();
    }
    addReadiness(main);
    return main.build();
  }

  private Map<String, Quantity> limits() {
    Resources resources = sizes.resources();
    Map<String, Quantity> limits = new LinkedHashMap<>();
    if (resources.cpuLimitMillis() > 0) {
      limits.put("cpu", new Quantity(resources.cpuLimitMillis() + "m"));
    }
    if (resources.memoryLimitBytes() > 0) {
      limits.put("memory", bytes(resources.memoryLimitBytes()));
    }
    return limits;
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts =
        new ArrayList<>(
            List.of(
                part("volume", "content", PodPaths.WORKSPACE),
                part("volume", "home", PodPaths.HOME),
                readOnly("programs", PodPaths.PROGRAMS),
                readOnly("state", PodPaths.STATE),
                readOnly("start", PodPaths.START),
                mount("out", PodPaths.OUT)));
    if (layered()) {
      for (String folder : settings.ideFolders()) {
        mounts.add(
            new VolumeMountBuilder(readOnly("ide", folder))
                .withSubPath(folder.substring(1))
                .build());
      }
    }
    return mounts;
  }

  private void addReadiness(ContainerBuilder main) {
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

  private static VolumeMount mount(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
  }

  private static VolumeMount part(String volume, String folder, String path) {
    return new VolumeMountBuilder(mount(volume, path)).withSubPath(folder).build();
  }

  private static VolumeMount readOnly(String volume, String path) {
    return new VolumeMountBuilder(mount(volume, path)).withReadOnly(true).build();
  }

  static Quantity bytes(long bytes) {
    return bytes % (1 << 20) == 0
        ? new Quantity((bytes >> 20) + "Mi")
        : new Quantity(Long.toString(bytes));
  }
}
