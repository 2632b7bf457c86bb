// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps instances in memory, with the port's whole contract but for durability. */
public class MemoryWorkspaceStore implements WorkspaceStore {
  private final Map<String, Workspace> workspaces = new HashMap<>();
  private final Map<String, WorkspaceSecrets> secrets = new HashMap<>();
  private final List<LeftAlone> leftAlone = new ArrayList<>();
  private final List<Consumer<StoreChange>> listeners = new ArrayList<>();

  @Override
  public synchronized void create(Workspace workspace, WorkspaceSecrets secret)
      throws WorkspaceFault {
    if (workspaces.containsKey(workspace.id())) {
      throw WorkspaceFault.alreadyExists("id " + workspace.id() + " is taken");
    }
    for (Workspace other : workspaces.values()) {
      if (!other.stopped()
          && (other.spec().metaId().equals(workspace.spec().metaId())
              || (!workspace.spec().servicePrefix().isEmpty()
                  && other.spec().servicePrefix().equals(workspace.spec().servicePrefix())))) {
        throw WorkspaceFault.alreadyExists("meta id or prefix is taken by " + other.id());
      }
    }
    workspaces.put(workspace.id(), workspace);
    secrets.put(workspace.id(), secret);
    tell(workspace.id(), Optional.of(workspace));
  }

  @Override
  public synchronized Optional<Workspace> get(String id) {
    return Optional.ofNullable(workspaces.get(id));
  }

  @Override
  public synchronized List<Workspace> list() {
    return List.copyOf(workspaces.values());
  }

  @Override
  public synchronized Collection<LeftAlone> leftAlone() {
    return List.copyOf(leftAlone);
  }

  /** Has one more that it says cannot be read. */
  public synchronized void leaveAlone(LeftAlone unreadable) {
    leftAlone.add(unreadable);
  }

  @Override
  public synchronized Optional<WorkspaceSecrets> secrets(String id) {
    return Optional.ofNullable(secrets.get(id));
  }

  @Override
  public synchronized Optional<Workspace> update(String id, Workspace.Change change)
      throws WorkspaceFault {
    Workspace before = workspaces.get(id);
    if (before == null) {
      return Optional.empty();
    }
    Workspace after = before.after(change);
    if (!after.equals(before)) {
      workspaces.put(id, after);
      if (!after.status().progress().credentialsHeld()) {
        secrets.computeIfPresent(id, (key, held) -> held.withoutCredentials());
      }
      tell(id, Optional.of(after));
    }
    return Optional.of(after);
  }

  @Override
  public synchronized void delete(String id) {
    if (workspaces.remove(id) != null) {
      secrets.remove(id);
      tell(id, Optional.empty());
    }
  }

  @Override
  public synchronized void watch(Consumer<StoreChange> listener) {
    listeners.add(listener);
  }

  private void tell(String id, Optional<Workspace> workspace) {
    listeners.forEach(listener -> listener.accept(new StoreChange(id, workspace)));
  }
}
