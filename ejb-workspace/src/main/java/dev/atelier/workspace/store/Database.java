package dev.atelier.workspace.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Format;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A pool of connections to a database that has a schema. */
public final class Database implements AutoCloseable {
  /**
   * What a database is for.
   *
   * @param name of the pool
   * @param file name of an H2 file in the folder of databases
   * @param cacheKb KB of H2's page cache, whatever the heap
   * @param migrations where on the class path they are
   * @param history name of the table that says which of them were done
   * @param format of the schema
   */
  public record Schema(
      String name, String file, int cacheKb, String migrations, String history, Format format) {
    static final Schema STORE =
        new Schema(
            "atelier-store",
            "atelier",
            16_384,
            "dev/atelier/workspace/store/migrations",
            "flyway_schema_history",
            Format.STORE);

    /** The table that says in which format a database is. */
    private String formatTable() {
      return format.name().toLowerCase(Locale.ROOT) + "_format";
    }
  }

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

  /** The store's. */
  static Database open(StoreSettings settings, DataFolder folder) {
    return open(settings, folder, Schema.STORE);
  }

  /**
   * Connects, and brings the schema up to date.
   *
   * @throws IllegalStateException only a newer version may touch it; the message says so
   */
  public static Database open(StoreSettings settings, DataFolder folder, Schema schema) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(schema.name());
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
    config.setInitializationFailTimeout(START_TIMEOUT.toMillis());
    if (settings.postgresql()) {
      config.setDataSource(postgresql(settings));
      config.setMinimumIdle(1);
    } else {
      config.setDataSource(h2(folder.folder("database").resolve(schema.file()), schema.cacheKb()));
      // The file is closed with its last connection: keep them all, for good.
      config.setMaxLifetime(0);
      config.setIdleTimeout(0);
    }
    HikariDataSource pool = new HikariDataSource(config);
    try {
      refuseNewer(pool, settings, schema);
      migrate(pool, settings.postgresql(), schema);
      return new Database(pool);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Its connections. */
  public DataSource dataSource() {
    return pool;
  }

  /** Closes every connection, and with the last one an H2 file. */
  @Override
  public void close() {
    pool.close();
  }

  /** What makes sessions of a persistence unit on it; to be closed before. */
  public static EntityManagerFactory entities(String unit, DataSource database) {
    ClassLoader own = Database.class.getClassLoader();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try {
      // JPA looks for persistence.xml there.
      thread.setContextClassLoader(own);
      return Persistence.createEntityManagerFactory(
          unit,
          Map.of(
              "jakarta.persistence.nonJtaDataSource",
              database,
              "eclipselink.classloader",
              own,
              // Factories of one name share a session, and so a database.
              "eclipselink.session-name",
              unit + "-" + UUID.randomUUID()));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static DataSource h2(Path file, int cacheKb) {
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
            + ";CACHE_SIZE="
            + cacheKb
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

  /**
   * Migrations that are not known here do not count: what a version before must not meet has raised
   * the number.
   */
  private static void refuseNewer(DataSource source, StoreSettings settings, Schema schema) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      int number = 1;
      if (statement
          .executeQuery(
              "select 1 from information_schema.tables where lower(table_name) = '%s' and table_schema = current_schema"
                  .formatted(schema.formatTable()))
          .next()) {
        ResultSet found = statement.executeQuery("select number from " + schema.formatTable());
        number = found.next() ? found.getInt(1) : 1;
      }
      schema
          .format()
          .refusal("the database (" + settings + ")", number)
          .ifPresent(
              refusal -> {
                throw new IllegalStateException(refusal);
              });
    } catch (SQLException e) {
      throw new IllegalStateException("the database's format cannot be read: " + e, e);
    }
  }

  private static void migrate(DataSource source, boolean postgresql, Schema schema) {
    // The migrations lie beside this class, Flyway may lie in a class loader above it.
    Flyway.configure(Database.class.getClassLoader())
        .dataSource(source)
        .locations("classpath:" + schema.migrations())
        .table(schema.history())
        // Two schemas may share a database: what the other has made is no reason to refuse.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .placeholders(Map.of("binary", postgresql ? "BYTEA" : "BINARY LARGE OBJECT"))
        .load()
        .migrate();
  }
}
