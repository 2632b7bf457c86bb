// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.HeardStore;

/** Heard endings that are written when a test says so, and by no thread of their own. */
public final class SteppedEndings {
  private final HeardEndings endings;

  /** Nothing waits yet. */
  public SteppedEndings(HeardStore store) {
    this.endings = new HeardEndings(store, Idle::new);
  }

  /** What callers use. */
  public HeardEndings endings() {
    return endings;
  }

  /** For how many instances something waits to be written. */
  public int waiting() {
    return endings.waiting();
  }

  /** Writes what waits longest. */
  public void write() throws WorkspaceFault {
    endings.write();
  }

  /** By what callers are told apart in the store. */
  public static String key(Hearer caller) {
    return caller.key();
  }

  /** Never does what it is made for. */
  private static final class Idle extends Thread {
    Idle(Runnable unused) {
      super("idle");
    }

    @Override
    public synchronized void start() {
      // The test steps.
    }
  }
}
