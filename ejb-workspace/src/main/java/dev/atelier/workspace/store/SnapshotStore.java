// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where snapshots are recorded, with those that are under way and those that failed. What a method
 * has answered survives the end of the process. Every method throws UNAVAILABLE when the store
 * cannot be reached, and for a snapshot whose record cannot be read here, mostly since only a newer
 * version may; lists leave such ones out.
 */
public interface SnapshotStore {

  /** Records a snapshot, unless one of its id is recorded already. */
  void create(Snapshot snapshot) throws WorkspaceFault;

  /**
   * Records a snapshot as it is now, whatever was recorded before; only one that is COMPLETE is
   * never recorded as FAILED, by a manager that has stood still and knows less.
   */
  void put(Snapshot snapshot) throws WorkspaceFault;

  /** The snapshot, if it is known. */
  Optional<Snapshot> get(String id) throws WorkspaceFault;

  /** Every known snapshot, oldest first. */
  List<Snapshot> list() throws WorkspaceFault;

  /** Forgets a snapshot; nothing happens when it is not known. */
  void delete(String id) throws WorkspaceFault;

  /**
   * Calls {@code listener} with every snapshot that is put, also elsewhere. A listener never throws
   * and never waits.
   */
  void watch(Consumer<Snapshot> listener);
}
