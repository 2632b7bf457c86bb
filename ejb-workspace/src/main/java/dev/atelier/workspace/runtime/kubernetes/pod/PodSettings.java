// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.domain.WorkspaceType;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How pods are made ({@code atelier.kubernetes.*}).
 *
 * @param agentImage {@code agent-image}: of the keeper and the static init
 * @param pullPolicy {@code pull-policy}: of all images
 * @param pullSecrets {@code pull-secrets}: names of Secrets in the pods' namespace
 * @param user {@code user}: id of the user and group that everything in a pod runs as; not 0
 * @param keeperMemory {@code keeper-memory}: most bytes of the keeper and its programs
 * @param storeVolume {@code store-volume}: the volume of a folder store, as a pod has it; empty:
 *     the store needs none
 * @param storeUser {@code store-user}: id of the user and group whose that folder is; not 0
 * @param snapshotClass {@code volume-snapshot-class}: by which a volume snapshot is brought back
 *     that is to be deleted; empty: none can be
 * @param snapshotClasses {@code volume-snapshot-classes}: the same by type of instance, in lower
 *     case, where it differs
 * @param warmClasses of which pods are kept warm ({@code atelier.class.<id>.warm})
 * @param ideFolders {@code ide-folders}: what is taken from the images of an IDE
 * @param heartbeat {@code atelier.instance.heartbeat}
 * @param host {@code atelier.instance.host}
 * @param finalization {@code atelier.timeouts.finalization}: how long the keeper tries to save
 * @param unsavedRetention {@code unsaved-retention}: how much longer it tries while its instance
 *     has stopped already
 * @param store where content is kept, as pods reach it
 * @param content limits of the making of content
 * @param backup limits of saving and restoring
 */
@RecordBuilder
public record PodSettings(
    String agentImage,
    String pullPolicy,
    List<String> pullSecrets,
    long user,
    long keeperMemory,
    Map<String, Object> storeVolume,
    long storeUser,
    Optional<String> snapshotClass,
    Map<String, String> snapshotClasses,
    List<String> warmClasses,
    List<String> ideFolders,
    Duration heartbeat,
    Optional<String> host,
    Duration finalization,
    Duration unsavedRetention,
    ContentStoreSettings store,
    ContentSettings content,
    BackupSettings backup)
    implements PodSettingsBuilder.With {
  /** Where a folder store is in the one container of a pod that has its volume. */
  public static final Path STORE = Path.of("/content");

  /** Nothing configured: a default name for the image, and a store that must be configured. */
  public static final PodSettings DEFAULT =
      new PodSettings(
          "atelier-agent:latest",
          "IfNotPresent",
          List.of(),
          33333,
          512L << 20,
          Map.of(),
          10001,
          Optional.empty(),
          Map.of(),
          List.of(),
          List.of("/ide", "/ide-desktop", "/ide-desktop-plugins", "/.supervisor"),
          Duration.ofSeconds(30),
          Optional.empty(),
          Duration.ofHours(1),
          Duration.ofHours(24),
          ContentStoreSettings.in(STORE),
          ContentSettings.defaults(false),
          BackupSettings.defaults());

  /** How long a keeper tries to save. */
  Duration patience() {
    return finalization.plus(unsavedRetention);
  }

  /** By which class a volume snapshot of such an instance is brought back. */
  Optional<String> snapshotClass(WorkspaceType type) {
    return Optional.ofNullable(snapshotClasses.get(type.name().toLowerCase(Locale.ROOT)))
        .or(this::snapshotClass);
  }

  /** Copies what was given. */
  public PodSettings {
    pullSecrets = List.copyOf(pullSecrets);
    storeVolume = Map.copyOf(storeVolume);
    snapshotClasses = Map.copyOf(snapshotClasses);
    warmClasses = List.copyOf(warmClasses);
    ideFolders = List.copyOf(ideFolders);
  }
}
