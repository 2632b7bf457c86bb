// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatabaseFormatTest {
  @ParameterizedTest
  @EnumSource
  void databaseOfANewerFormatIsRefusedInWordsAndNotTouched(Databases.Kind kind)
      throws SQLException {
    try (Databases databases = Databases.of(kind)) {
      execute(databases, "update store_format set number = 2");
      execute(databases, "drop table snapshot");

      assertThatThrownBy(databases::openAgain)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageMatching(
              "the database \\(.*\\) has format 2, which a newer version of Atelier has written;"
                  + " this version reads formats up to 1: start the newer version again, or put"
                  + " back the database from before its upgrade");

      execute(databases, "update store_format set number = 1");
      databases.openAgain().close();
    }
  }

  /** What a newer version has added without raising the number is no reason to refuse. */
  @ParameterizedTest
  @EnumSource
  void migrationsThatAreNotKnownDoNotCount(Databases.Kind kind) throws Exception {
    try (Databases databases = Databases.of(kind)) {
      execute(
          databases,
          """
          insert into "flyway_schema_history"
          select 1000, '1000', 'later', "type", 'V1000__later.sql', 1, "installed_by",
                 "installed_on", "execution_time", "success"
          from "flyway_schema_history" where "installed_rank" = 1
          """);
      execute(databases, "alter table workspace_instance add column invented varchar(10)");
      databases.openAgain().close();
      try (JpaWorkspaceStore store = databases.store()) {
        store.create(Samples.pending("a"), Samples.secrets());
        execute(databases, "update workspace_instance set invented = 'x'");
        store.update("a", WorkspaceStoreContract::counted);
      }
      assertThat(text(databases, "select invented from workspace_instance")).isEqualTo("x");
    }
  }

  @ParameterizedTest
  @EnumSource
  void phaseThatIsNotKnownKeepsNoOtherInstanceFromBeingRead(Databases.Kind kind)
      throws SQLException, WorkspaceFault {
    try (Databases databases = Databases.of(kind);
        JpaWorkspaceStore store = databases.store()) {
      store.create(Samples.pending("a"), Samples.secrets());
      store.create(Samples.pending("b"), Samples.secrets());
      execute(
          databases,
          "update workspace_instance set phase = 'DREAMING', document = replace(document,"
              + " '\"phase\":\"PENDING\"', '\"phase\":\"DREAMING\"') where id = 'a'");

      assertThat(store.list()).containsExactly(Samples.pending("b"));
      assertThat(store.leftAlone()).extracting(WorkspaceStore.LeftAlone::id).containsExactly("a");
    }
  }

  private static void execute(Databases databases, String sql) throws SQLException {
    try (Connection connection = databases.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Databases databases, String query) throws SQLException {
    try (Connection connection = databases.dataSource().getConnection();
        var statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }
}
