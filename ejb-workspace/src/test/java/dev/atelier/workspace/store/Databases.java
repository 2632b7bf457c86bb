// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.DataFolder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** An empty database of its own for a test, of either kind, behind a switchable line. */
final class Databases implements AutoCloseable {
  /** The kinds that the store runs on. */
  enum Kind {
    H2,
    POSTGRESQL
  }

  private static final Map<Kind, Databases> SHARED = new EnumMap<>(Kind.class);
  private static EmbeddedPostgres postgres;
  private static int made;

  private final Path root;
  private final DataFolder folder;
  private final StoreSettings settings;
  private final Database database;
  private final FaultyLine line;

  private Databases(Kind kind) {
    try {
      this.root = Files.createTempDirectory("atelier-store");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.folder = new DataFolder(root);
    this.settings = kind == Kind.H2 ? StoreSettings.DEFAULT : postgresql();
    FaultyLine[] between = new FaultyLine[1];
    this.database =
        Database.open(
            settings,
            folder,
            Database.Schema.STORE,
            pool -> {
              between[0] = new FaultyLine(pool);
              return between[0].dataSource();
            });
    this.line = between[0];
  }

  /** A database of its own, to be closed. */
  static Databases of(Kind kind) {
    return new Databases(kind);
  }

  /** The one that tests share, emptied. */
  static synchronized Databases shared(Kind kind) {
    Databases shared = SHARED.computeIfAbsent(kind, Databases::new);
    shared.up();
    try (Connection connection = shared.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from workspace_secrets");
      statement.execute("delete from workspace_instance");
      statement.execute("delete from snapshot");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return shared;
  }

  static synchronized void closeShared() {
    SHARED.values().forEach(Databases::close);
    SHARED.clear();
  }

  /** One more store in this database. */
  JpaWorkspaceStore store() {
    return new JpaWorkspaceStore(database, SecretKeyFile.cipher(folder), () -> {});
  }

  /** The same database, as the next manager opens it. */
  Database openAgain() {
    return Database.open(settings, folder);
  }

  FaultyLine line() {
    return line;
  }

  /** Mends the line, and waits until that was noticed. */
  void up() {
    line.set(FaultyLine.State.UP);
    await().atMost(10, SECONDS).until(() -> database.problem().isEmpty());
  }

  Database database() {
    return database;
  }

  DataFolder folder() {
    return folder;
  }

  DataSource dataSource() {
    return database.dataSource();
  }

  @Override
  public void close() {
    database.close();
    folder.close();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A database of its own in the one server, which ends with the JVM. */
  private static synchronized StoreSettings postgresql() {
    try {
      if (postgres == null) {
        postgres = EmbeddedPostgres.builder().start();
      }
      String name = "test" + made++;
      try (Connection connection = postgres.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute("create database " + name);
      }
      return new StoreSettings(postgres.getJdbcUrl("postgres", name), "", "", 8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
