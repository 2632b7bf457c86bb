// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.WorkspaceStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Owner tokens at hand, for they are in every status; at most one for each known instance. */
public final class OwnerTokens {
  private final WorkspaceStore store;
  private final Map<String, String> tokens = new ConcurrentHashMap<>();

  /** Counts what was forgotten; guarded by this. */
  private long forgotten;

  /** Reads tokens from this store when they are first asked for. */
  public OwnerTokens(WorkspaceStore store) {
    this.store = store;
  }

  void put(String id, String token) {
    tokens.put(id, token);
  }

  /** The instance's token; empty text when it is not known. */
  String get(String id) throws WorkspaceFault {
    String token = tokens.get(id);
    if (token == null) {
      long before = forgotten();
      token = store.ownerToken(id).orElse("");
      keep(id, token, before);
    }
    return token;
  }

  private synchronized long forgotten() {
    return forgotten;
  }

  /** Unless anything was forgotten since it was read: that may have been this one. */
  private synchronized void keep(String id, String token, long before) {
    if (!token.isEmpty() && forgotten == before) {
      tokens.put(id, token);
    }
  }

  /** Forgets the instance's token. */
  public synchronized void forget(String id) {
    forgotten++;
    tokens.remove(id);
  }
}
