// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.WorkspaceFault;

/** Which of the managers that share a store acts on its instances; the others follow. */
public interface Leadership extends AutoCloseable {

  /** Becomes the one that acts; may be asked again after a fault. */
  @FunctionalInterface
  interface Lead {
    /** Does it. */
    void run() throws WorkspaceFault;
  }

  /**
   * Takes part from now on, as one that follows.
   *
   * @param lead run when this manager is the one that acts
   * @param follow run when it is that no more
   * @throws WorkspaceFault of a {@code lead} that nobody will ask again
   */
  void begin(Lead lead, Runnable follow) throws WorkspaceFault;

  /** Follows, and lets another lead at once. */
  @Override
  void close();

  /** Of a manager that shares its store with nobody. */
  static Leadership alone() {
    return new Leadership() {
      @Override
      public void begin(Lead lead, Runnable follow) throws WorkspaceFault {
        lead.run();
      }

      @Override
      public void close() {}
    };
  }
}
