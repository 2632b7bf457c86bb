// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where instances are recorded: the truth, of which all else is a cache. What a method has answered
 * survives the end of the process. Every method throws UNAVAILABLE when the store cannot be
 * reached; the change may or may not have been made then.
 */
public interface WorkspaceStore {

  /**
   * Records a new instance with its secrets.
   *
   * @throws WorkspaceFault ALREADY_EXISTS when its id is known, or another instance that has not
   *     stopped has its meta id or its (non-empty) service prefix, whoever else asks at the same
   *     moment
   */
  void create(Workspace workspace, WorkspaceSecrets secrets) throws WorkspaceFault;

  /** The instance, if it is known. */
  Optional<Workspace> get(String id) throws WorkspaceFault;

  /**
   * Every known instance, in no order, those that have stopped included, and those of {@link
   * #leftAlone} not.
   */
  List<Workspace> list() throws WorkspaceFault;

  /**
   * The same, with every one that was recorded before the call, whoever recorded it; may cost a
   * read of them all.
   */
  default List<Workspace> recorded() throws WorkspaceFault {
    return list();
  }

  /**
   * Instances whose records cannot be read here, mostly since only a newer version may. Whoever
   * asks for one, or wants it changed, gets UNAVAILABLE with the reason; nothing is done with it or
   * with what belongs to it, and its names are taken for as long as it has not stopped.
   */
  default Collection<LeftAlone> leftAlone() {
    return List.of();
  }

  /** Whether that instance is one of {@link #leftAlone} that may go on. */
  default boolean leavesAlone(String id) {
    return leftAlone().stream().anyMatch(one -> one.id().equals(id) && !one.stopped());
  }

  /**
   * What is certain of an instance whose record cannot be read here.
   *
   * @param owner empty: not known
   * @param metaId empty: not known
   * @param stopped whether it has surely stopped
   * @param reason in words
   */
  record LeftAlone(String id, String owner, String metaId, boolean stopped, String reason) {}

  /** The secrets of an instance, if it is known. */
  Optional<WorkspaceSecrets> secrets(String id) throws WorkspaceFault;

  /** The owner token of an instance, if it is known; may be asked for with every status. */
  default Optional<String> ownerToken(String id) throws WorkspaceFault {
    return secrets(id).map(WorkspaceSecrets::ownerToken);
  }

  /**
   * Changes an instance by {@link Workspace#after}, again on a newer state when another change came
   * first. Nothing is written where nothing changes. Once its progress says that no credentials are
   * held, those in its secrets are erased with the same write.
   *
   * @return the instance afterwards; empty when it is not known
   * @throws WorkspaceFault what {@code change} throws, with nothing changed
   */
  Optional<Workspace> update(String id, Workspace.Change change) throws WorkspaceFault;

  /** Forgets an instance and its secrets; nothing happens when it is not known. */
  void delete(String id) throws WorkspaceFault;

  /**
   * Calls {@code listener} after every change, also one made elsewhere, in order for each instance;
   * intermediate states may be left out only when they were never answered here. A change is told
   * of before the method that made it returns; one whose method has thrown, before the store
   * answers anything else of that instance. A listener only enqueues, and never throws.
   */
  void watch(Consumer<StoreChange> listener);

  /** Why it is out of reach, as known in memory and in words for people; empty while it is not. */
  default Optional<String> problem() {
    return Optional.empty();
  }

  /**
   * Calls {@code listener} each time that the store is well again after it was out of reach: what
   * waits to be tried again need not wait any longer. It only enqueues, and never throws.
   */
  default void onReturn(Runnable listener) {}

  /**
   * A change of the store.
   *
   * @param id whose
   * @param workspace its state now; empty when it was forgotten
   */
  record StoreChange(String id, Optional<Workspace> workspace) {}
}
