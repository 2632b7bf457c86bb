package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.store.WorkspaceStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Owner tokens at hand, for they are in every status; at most one for each known instance. */
public final class OwnerTokens {
  private final WorkspaceStore store;
  private final Map<String, String> tokens = new ConcurrentHashMap<>();

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
      token = store.ownerToken(id).orElse("");
      if (!token.isEmpty()) {
        tokens.put(id, token);
      }
    }
    return token;
  }

  /** Forgets the instance's token. */
  public void forget(String id) {
    tokens.remove(id);
  }
}
