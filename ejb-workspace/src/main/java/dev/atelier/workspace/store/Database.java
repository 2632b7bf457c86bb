package dev.atelier.workspace.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.atelier.workspace.DataFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A pool of connections to a database that has the store's schema. */
final class Database implements AutoCloseable {
  /** How long a caller waits for a connection before the store counts as out of reach. */
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

  /** How long the start waits for a database that starts at the same time. */
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  /** How long one statement may take on a network that has gone silent. */
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(20);

  private final HikariDataSource pool;

  private Database(HikariDataSource pool) {
    this.pool = pool;
  }

  /** Connects, and brings the schema up to date. */
  static Database open(StoreSettings settings, DataFolder folder) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("atelier-store");
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
    config.setInitializationFailTimeout(START_TIMEOUT.toMillis());
    if (settings.postgresql()) {
      config.setDataSource(postgresql(settings));
      config.setMinimumIdle(1);
    } else {
      config.setDataSource(h2(folder.folder("database").resolve("atelier")));
      // The file is closed with its last connection: keep them all, for good.
      config.setMaxLifetime(0);
      config.setIdleTimeout(0);
    }
    HikariDataSource pool = new HikariDataSource(config);
    try {
      migrate(pool, settings.postgresql());
      return new Database(pool);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  DataSource dataSource() {
    return pool;
  }

  /** Closes every connection, and with the last one an H2 file. */
  @Override
  public void close() {
    pool.close();
  }

  private static DataSource h2(Path file) {
    if (file.toString().indexOf(';') >= 0) {
      throw new IllegalArgumentException(
          "atelier.data.directory must not contain a semicolon: " + file.getParent());
    }
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(
        // "retry:" opens the file again after the interrupt of a thread has closed it.
        "jdbc:h2:retry:"
            + file
            // A commit is handed to the operating system before it is answered.
            + ";WRITE_DELAY=0"
            // The store closes it; a hook of its own would race the server's shutdown.
            + ";DB_CLOSE_ON_EXIT=FALSE"
            // Documents of usual size lie in their row, not beside it.
            + ";MAX_LENGTH_INPLACE_LOB=65536"
            // KB of the page cache, whatever the heap.
            + ";CACHE_SIZE=16384"
            // More than there are statements: none is parsed twice on a connection.
            + ";QUERY_CACHE_SIZE=64");
    source.setUser("atelier");
    source.setPassword("");
    return source;
  }

  private static DataSource postgresql(StoreSettings settings) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(settings.url());
    if (!settings.username().isEmpty()) {
      source.setUser(settings.username());
    }
    if (!settings.password().isEmpty()) {
      source.setPassword(settings.password());
    }
    if (source.getSocketTimeout() == 0) {
      source.setSocketTimeout((int) SOCKET_TIMEOUT.toSeconds());
    }
    return source;
  }

  private static void migrate(DataSource source, boolean postgresql) {
    // The migrations lie beside this class, Flyway may lie in a class loader above it.
    Flyway.configure(Database.class.getClassLoader())
        .dataSource(source)
        .locations("classpath:dev/atelier/workspace/store/migrations")
        .placeholders(Map.of("binary", postgresql ? "BYTEA" : "BINARY LARGE OBJECT"))
        .load()
        .migrate();
  }
}
