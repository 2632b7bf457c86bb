// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Format;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A pool of connections to a database that has a schema. It watches whether the database can be
 * used, and begins anew with one that was away, or that has closed itself on a full disk.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Database.class.getName());

  /** Held, since a logger that nobody holds forgets its level. */
  private static final java.util.logging.Logger POOL_LOG =
      java.util.logging.Logger.getLogger("com.zaxxer.hikari.pool");

  static {
    // It warns of every connection that was lost, with traces; the outage is told once.
    POOL_LOG.setLevel(java.util.logging.Level.SEVERE);
  }

  /**
   * What a database is for.
   *
   * @param what it holds, for people
   * @param name of the pool
   * @param file name of an H2 file in the folder of databases
   * @param cacheKb KB of H2's page cache, whatever the heap
   * @param migrations where on the class path they are
   * @param history name of the table that says which of them were done
   * @param format of the schema
   */
  public record Schema(
      String what,
      String name,
      String file,
      int cacheKb,
      String migrations,
      String history,
      Format format) {
    static final Schema STORE =
        new Schema(
            "the store of workspaces",
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

  /** Between two looks at a database that is well. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  /** Between two tries of one that is not; the pool itself rests up to 5 s between its own. */
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

  private final HikariDataSource pool;
  private final DataSource line;
  private final Outage outage;
  private final String touch;
  private final List<Runnable> returned = new CopyOnWriteArrayList<>();
  private final Semaphore woken = new Semaphore(0);
  private volatile boolean closed;

  private Database(HikariDataSource pool, DataSource line, Outage outage, String touch) {
    this.pool = pool;
    this.line = line;
    this.outage = outage;
    this.touch = touch;
    outage.onBeginning(woken::release);
    Thread watch = new Thread(this::watch, pool.getPoolName() + "-watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** The store's. */
  static Database open(StoreSettings settings, DataFolder folder) {
    return open(settings, folder, Schema.STORE);
  }

  /**
   * Connects, and brings the schema up to date.
   *
   * @throws IllegalStateException it is out of reach, or only a newer version may touch it; the
   *     message says so
   */
  public static Database open(StoreSettings settings, DataFolder folder, Schema schema) {
    return open(settings, folder, schema, pool -> pool);
  }

  /** With something between the pool and those who use it. */
  static Database open(
      StoreSettings settings, DataFolder folder, Schema schema, UnaryOperator<DataSource> between) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(schema.name());
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
    Optional<Path> files = Optional.empty();
    Optional<H2Source> h2 = Optional.empty();
    if (settings.postgresql()) {
      config.setInitializationFailTimeout(START_TIMEOUT.toMillis());
      config.setDataSource(postgresql(settings));
      config.setMinimumIdle(1);
    } else {
      Path databases = folder.folder("database");
      files = Optional.of(databases);
      h2 = Optional.of(new H2Source(databases.resolve(schema.file()), schema.cacheKb()));
      config.setDataSource(h2.get());
      // The file is closed with its last connection: keep them all, for good.
      config.setMaxLifetime(0);
      config.setIdleTimeout(0);
    }
    Outage outage = new Outage(schema.what(), files, InstantSource.system());
    HikariDataSource pool = null;
    try {
      HikariDataSource opened = new HikariDataSource(config);
      pool = opened;
      h2.ifPresent(source -> source.onGivingUp(() -> evict(opened)));
      refuseNewer(pool, settings, schema);
      migrate(pool, settings.postgresql(), schema);
      return new Database(pool, between.apply(pool), outage, touch(schema));
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      Optional<String> words = outage.words(e);
      if (words.isEmpty()) {
        throw e;
      }
      throw new IllegalStateException(
          "%s cannot be opened: %s (%s)".formatted(schema.what(), words.get(), Outage.detail(e)),
          e);
    }
  }

  /** Its connections. */
  public DataSource dataSource() {
    return pool;
  }

  /** Sessions of a persistence unit on it; to be closed before. */
  public Sessions sessions(String unit) {
    return new Sessions(entities(unit, line), outage);
  }

  /** Why it is out of reach, as known in memory and in words for people; empty while it is not. */
  public Optional<String> problem() {
    return outage.problem();
  }

  /** Has {@code listener} called each time that it is well again. */
  public void onReturn(Runnable listener) {
    returned.add(listener);
  }

  /** Whether it takes a change just now, tried with one that changes nothing. */
  public boolean takes() {
    if (outage.full()) {
      // H2 would only close its file once more.
      return false;
    }
    try {
      touch();
    } catch (SQLException | RuntimeException e) {
      Optional<String> unused = outage.note(e);
      return false;
    }
    if (outage.end()) {
      returned.forEach(Runnable::run);
    }
    return true;
  }

  private void touch() throws SQLException {
    try (Connection connection = line.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(touch);
      }
      connection.commit();
    }
  }

  /** Changes nothing, and is written all the same. */
  private static String touch(Schema schema) {
    return "update \"" + schema.history() + "\" set \"success\" = \"success\"";
  }

  private void watch() {
    while (!closed) {
      try {
        Duration pause = outage.problem().isPresent() ? BETWEEN_TRIES : BETWEEN_LOOKS;
        if (woken.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          woken.drainPermits();
        }
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "interrupted; the end comes by close()");
      }
      if (!closed) {
        look();
      }
    }
  }

  private void look() {
    outage.remind();
    if (outage.problem().isPresent()) {
      boolean unused = takes();
      return;
    }
    if (outage.full()) {
      outage.noteFull();
      return;
    }
    try (Connection connection = line.getConnection()) {
      if (!connection.isValid((int) CONNECTION_TIMEOUT.toSeconds())) {
        boolean unused = takes();
      }
    } catch (SQLException | RuntimeException e) {
      Optional<String> unused = outage.note(e);
    }
  }

  private static void evict(HikariDataSource pool) {
    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
    if (connections != null) {
      connections.softEvictConnections();
    }
  }

  /** Closes every connection, and with the last one an H2 file. */
  @Override
  public void close() {
    closed = true;
    woken.release();
    pool.close();
  }

  private static EntityManagerFactory entities(String unit, DataSource database) {
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
