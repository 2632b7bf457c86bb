// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.sql.Connection;
import java.sql.SQLException;
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

  @Override
  protected void rewrite(String id, int format) throws SQLException {
    execute("alter table snapshot add column if not exists invented varchar(10)");
    execute(
        "update snapshot set format = %d, invented = 'x' where id = '%s'".formatted(format, id));
  }

  @Override
  protected boolean hasUnknownMember(String id) throws SQLException {
    try (Connection connection = databases.dataSource().getConnection();
        var statement = connection.createStatement();
        var found =
            statement.executeQuery("select invented from snapshot where id = '" + id + "'")) {
      return found.next() && "x".equals(found.getString(1));
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = databases.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
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
