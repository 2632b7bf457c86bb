// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.agent.AgentOrder;
import dev.atelier.workspace.content.agent.KeeperOrder;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.runtime.InstanceEnvironment;
import dev.atelier.workspace.runtime.MissingSecretException;
import dev.atelier.workspace.runtime.SecretLookup;
import dev.atelier.workspace.runtime.script.StartScript;
import dev.atelier.workspace.runtime.script.TaskList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the Secret of a pod holds: the keeper's order, the environment, and what to start. Pure. */
final class PodSecret {
  private PodSecret() {}

  /**
   * The Secret's texts by key.
   *
   * @param variables the instance's, as sent
   * @param initializer with its credentials; empty once the content is ready
   * @param volume where its content lies
   */
  static Map<String, String> of(
      PodSettings settings,
      Workspace workspace,
      WorkspaceClass sizes,
      PodClass podClass,
      List<EnvironmentVariable> variables,
      Optional<Initializer> initializer,
      PodVolume volume,
      SecretLookup secrets)
      throws MissingSecretException {
    WorkspaceSpec spec = workspace.spec();
    Map<String, String> environment =
        new InstanceEnvironment(settings.heartbeat(), settings.host(), PodPaths.WORKSPACE)
            .of(workspace, variables, sizes, secrets);
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("order", order(settings, workspace, sizes, podClass, initializer, volume));
    texts.put("environment", StartScript.exports(environment));
    if (podClass.command().isPresent()) {
      texts.put("first", script(spec).command(folders(spec), podClass.command().get()));
      texts.put("again", texts.get("first"));
    } else {
      TaskList tasks = TaskList.parse(environment.getOrDefault("GITPOD_TASKS", ""));
      boolean headless = spec.type().headless();
      texts.put(
          "first",
          script(spec)
              .tasks(
                  folders(spec), tasks, headless ? TaskList.Mode.HEADLESS : TaskList.Mode.FIRST));
      texts.put(
          "again",
          script(spec)
              .tasks(
                  folders(spec), tasks, headless ? TaskList.Mode.HEADLESS : TaskList.Mode.AGAIN));
    }
    return texts;
  }

  private static StartScript script(WorkspaceSpec spec) {
    return StartScript.inContainer(
        PodPaths.START + "/environment",
        spec.git(),
        PodPaths.HOME,
        PodPaths.TOOLS,
        spec.type().headless() ? Optional.of(PodPaths.OUT) : Optional.empty());
  }

  private static List<String> folders(WorkspaceSpec spec) {
    List<String> folders = new ArrayList<>();
    if (!spec.workspaceLocation().isEmpty()) {
      folders.add(PodPaths.WORKSPACE + "/" + spec.workspaceLocation());
    }
    checkout(spec)
        .filter(checkout -> !checkout.isEmpty())
        .ifPresent(checkout -> folders.add(PodPaths.WORKSPACE + "/" + checkout));
    folders.add(PodPaths.WORKSPACE);
    return folders;
  }

  private static Optional<String> checkout(WorkspaceSpec spec) {
    return spec.initializer().checkoutLocations().stream().findFirst();
  }

  /** Where the keeper finds the content store, of which it has neither credentials nor volume. */
  private static ContentStoreSettings store(PodSettings settings) {
    return settings.store().bucket().isPresent()
        ? settings.store().withoutCredentials()
        : ContentStoreSettings.servedAt(Path.of(PodPaths.SOCKET));
  }

  /** The keeper's order; without the initializer once nobody needs it any more. */
  static String order(
      PodSettings settings,
      Workspace workspace,
      WorkspaceClass sizes,
      PodClass podClass,
      Optional<Initializer> initializer,
      PodVolume volume) {
    WorkspaceSpec spec = workspace.spec();
    AgentOrder agent =
        new AgentOrder(
            Path.of(PodPaths.WORKSPACE),
            Path.of("/tmp"),
            new WorkspaceKey(spec.owner(), spec.metaId()),
            workspace.id(),
            workspace.createdAt(),
            spec.type(),
            sizes.id(),
            sizes.resources().storageBytes(),
            volume.grownBytes() > 0,
            initializer,
            store(settings),
            settings.content(),
            settings.backup());
    return new KeeperOrder(
            agent,
            checkout(spec),
            spec.type() == WorkspaceType.PREBUILD
                ? workspace.status().progress().snapshotId()
                : Optional.empty(),
            Optional.of(volume.holds()).filter(content -> !content.isEmpty()),
            podClass.snapshotClass().isPresent(),
            settings.patience())
        .text();
  }
}
