// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Isolation;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where instances run. Commands are idempotent, return at once and may be repeated at any time,
 * also after a restart of the manager; what comes of them is observed. A fault (UNAVAILABLE) means
 * that the command may be tried again; what can never succeed shows in {@link Observation#failure}.
 */
public interface WorkspaceRuntime {

  /**
   * Finds again what ran before a restart, or was run by another manager. May be called again.
   *
   * @param known every recorded instance; whatever the runtime has of others is removed
   */
  void start(Collection<Workspace> known) throws WorkspaceFault;

  /** What keeps instances from this manager. */
  default Isolation isolation() {
    return Isolation.OWN_NETWORKS;
  }

  /** Does nothing by itself any more, until it is started again: another manager acts. */
  default void rest() {}

  /** What is seen of an instance now; never blocks on I/O of any length. */
  Observation observe(String id);

  /**
   * Sees to it that the instance is made: placed, its content initialized, its main process
   * started. Fetches the instance's secrets from the store by itself.
   */
  void launch(Workspace workspace) throws WorkspaceFault;

  /**
   * Ends all processes of the instance: TERM, after {@code grace} KILL. A shorter grace wins over
   * one given before. Ends an initialization too.
   */
  void terminate(String id, Duration grace) throws WorkspaceFault;

  /**
   * Copies the content of an instance as it is now, while it runs or once its processes are gone;
   * what comes of it shows in {@link Observation#captures()}. One at a time: nothing happens while
   * another is made. Doing it again after a crash finds what was complete.
   */
  void copy(Workspace workspace, Capture capture) throws WorkspaceFault;

  /**
   * Takes the git status and saves the content of an instance whose processes are gone, once no
   * copy is made any more; what comes of it shows in {@link Observation#disposal()}, COMPLETE with
   * an empty URL where nothing was saved. A fault that may pass is tried again until then.
   */
  void dispose(Workspace workspace, Save save) throws WorkspaceFault;

  /** Removes all that is left of the instance, by force; unsaved content may stay where it is. */
  void remove(Workspace workspace) throws WorkspaceFault;

  /**
   * Calls {@code listener} with the id of every instance whose observation may have changed. A
   * listener only enqueues, and never throws.
   */
  void watch(Consumer<String> listener);

  /** Content of instances that are gone which could not be saved, oldest first. */
  default List<UnsavedContent> unsaved() throws WorkspaceFault {
    return List.of();
  }

  /** How many of {@link #unsaved} there are, from memory. */
  default int unsavedCount() {
    return 0;
  }

  /**
   * Deletes unsaved content for good.
   *
   * @param id of the instance
   * @return whether there was any
   */
  default boolean letGo(String id) throws WorkspaceFault {
    return false;
  }

  /**
   * Deletes a volume snapshot and the storage provider's copy.
   *
   * @param name of it
   * @param handle by which the provider knows it, to bring one back that the cluster does not know;
   *     may be empty
   * @param soft whether one that the cluster does not know is left alone
   * @param type of the instance that it was made of
   * @return whether anything was deleted; always false where there are no volume snapshots
   */
  default boolean deleteVolumeSnapshot(String name, String handle, boolean soft, WorkspaceType type)
      throws WorkspaceFault {
    return false;
  }

  /**
   * What the instance writes: all that is kept of it, then what comes, until nothing more can. Its
   * reads wait, and end when their thread is interrupted; whoever reads closes it.
   *
   * @return empty where this runtime does not offer it, or does not have the instance
   * @throws IOException it cannot be read
   */
  default Optional<InputStream> follow(String id) throws IOException {
    return Optional.empty();
  }

  /** How limits of classes fall short here, for people; empty text: all are enforced. */
  default String limitsCaveat() {
    return "";
  }

  /** Whether it can be used at all: empty, or why not, for the readiness probe. */
  List<String> problems();
}
