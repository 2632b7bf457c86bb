package dev.atelier.workspace.store;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the store of snapshots promises, on each database. */
@ParameterizedClass
@EnumSource
class SnapshotStoreTest extends SnapshotStoreContract {
  private final Databases.Kind kind;
  private final List<JpaWorkspaceStore> open = new ArrayList<>();
  private Databases databases;

  SnapshotStoreTest(Databases.Kind kind) {
    this.kind = kind;
  }

  @Override
  protected SnapshotStore empty() {
    databases = Databases.shared(kind);
    return another();
  }

  @Override
  protected SnapshotStore another() {
    JpaWorkspaceStore store = databases.store();
    open.add(store);
    return store.snapshots();
  }

  @AfterEach
  void close() {
    open.forEach(JpaWorkspaceStore::close);
  }

  @AfterAll
  static void closeDatabases() {
    Databases.closeShared();
  }
}
