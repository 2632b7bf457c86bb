// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The store in a relational database. One manager uses a database at a time. */
public final class JpaWorkspaceStore implements WorkspaceStore, AutoCloseable {
  private static final Logger LOG = System.getLogger(JpaWorkspaceStore.class.getName());

  private static final String ACTIVE_META_ID =
      "select i.id from InstanceRecord i where i.activeMetaId = ?1";
  private static final String ACTIVE_PREFIX =
      "select i.id from InstanceRecord i where i.activeServicePrefix = ?1";

  /** How often a change is tried before the caller is asked to come again. */
  private static final int ATTEMPTS = 30;

  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  private final ChangeFeed feed = new ChangeFeed();
  private final Database database;
  private final Sessions sessions;
  private final SnapshotStore snapshots;
  private final HeardStore heard;
  private final RecordCodec codec;
  private final Runnable release;

  /** By id, as they were last read: nobody else writes them. */
  private final Map<String, LeftAlone> leftAlone = new ConcurrentHashMap<>();

  /** Instances of which it is not known whether their last change was committed. */
  private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

  /**
   * A store in a database that has the schema.
   *
   * @param release run at the end of {@link #close}
   * @throws IllegalStateException the database was written with another key
   */
  JpaWorkspaceStore(Database database, SecretCipher cipher, Runnable release) {
    this.database = database;
    this.sessions = database.sessions("atelier");
    this.snapshots = new JpaSnapshotStore(sessions);
    this.heard = new JpaHeardStore(sessions);
    this.codec = new RecordCodec(cipher);
    this.release = release;
    database.onReturn(this::tellOfDoubts);
    try {
      checkKey(cipher.fingerprint());
    } catch (StoreFailure e) {
      sessions.close();
      throw new IllegalStateException("the store of workspaces cannot be opened", e);
    } catch (IllegalStateException e) {
      sessions.close();
      throw e;
    }
  }

  /** The store that the settings name, its schema brought up to date, its key in the folder. */
  static JpaWorkspaceStore open(StoreSettings settings, DataFolder folder) {
    SecretCipher cipher = SecretKeyFile.cipher(folder);
    if (!settings.postgresql()) {
      refuseLost(folder);
    }
    Database database = Database.open(settings, folder);
    try {
      return new JpaWorkspaceStore(database, cipher, database::close);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** H2 would make an empty database, by which every instance that is there is a stranger. */
  private static void refuseLost(DataFolder folder) {
    Path file = folder.root().resolve("database/atelier.mv.db");
    Path instances = folder.root().resolve("instances");
    try {
      if (Files.isDirectory(instances) && (!Files.exists(file) || Files.size(file) == 0)) {
        try (Stream<Path> known = Files.list(instances)) {
          if (known.findAny().isPresent()) {
            throw new IllegalStateException(
                "%s is %s, though there are instances in %s: put a copy of it back, or move %s away"
                        .formatted(
                            file, Files.exists(file) ? "empty" : "gone", instances, instances)
                    + " to begin without them");
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the data folder cannot be read: " + e, e);
    }
  }

  @Override
  public void create(Workspace workspace, WorkspaceSecrets secrets) throws WorkspaceFault {
    String id = workspace.id();
    change(
        id,
        session -> {
          session.insert(new InstanceRecord(workspace, codec.document(workspace)));
          session.insert(codec.record(workspace, secrets));
          session.commit();
          feed.publish(new StoreChange(id, Optional.of(workspace)));
          return null;
        },
        () -> refuseTaken(workspace));
  }

  @Override
  public Optional<Workspace> get(String id) throws WorkspaceFault {
    return possible(id)
        ? read(session -> workspace(session.find(InstanceRecord.class, id)))
        : Optional.empty();
  }

  @Override
  public List<Workspace> list() throws WorkspaceFault {
    return read(
        session -> {
          List<Workspace> all = new ArrayList<>();
          for (InstanceRecord found :
              session.query(InstanceRecord.class, "select i from InstanceRecord i")) {
            try {
              all.add(workspace(found));
            } catch (WorkspaceFault unreadable) {
              LOG.log(Level.DEBUG, "instance {0} is not listed", found.id());
            }
          }
          return all;
        });
  }

  @Override
  public Collection<LeftAlone> leftAlone() {
    return List.copyOf(leftAlone.values());
  }

  /** The instance of a row, which is noted where it cannot be read. */
  private Workspace workspace(InstanceRecord found) throws WorkspaceFault {
    try {
      Workspace read = codec.workspace(found);
      leftAlone.remove(found.id());
      return read;
    } catch (WorkspaceFault unreadable) {
      if (leftAlone.put(found.id(), found.leftAlone(unreadable.getMessage())) == null) {
        LOG.log(Level.WARNING, "{0}", unreadable.getMessage());
      }
      throw unreadable;
    }
  }

  private Optional<Workspace> workspace(Optional<InstanceRecord> found) throws WorkspaceFault {
    return found.isEmpty() ? Optional.empty() : Optional.of(workspace(found.get()));
  }

  @Override
  public Optional<WorkspaceSecrets> secrets(String id) throws WorkspaceFault {
    if (!possible(id)) {
      return Optional.empty();
    }
    LeftAlone unreadable = leftAlone.get(id);
    if (unreadable != null) {
      throw WorkspaceFault.unavailable(unreadable.reason());
    }
    return read(
        session -> {
          Optional<SecretsRecord> found = session.find(SecretsRecord.class, id);
          return found.isEmpty() ? Optional.empty() : Optional.of(codec.secrets(found.get()));
        });
  }

  @Override
  public Optional<Workspace> update(String id, Workspace.Change change) throws WorkspaceFault {
    if (!possible(id)) {
      return Optional.empty();
    }
    return change(
        id,
        session -> {
          Optional<InstanceRecord> found = session.find(InstanceRecord.class, id);
          if (found.isEmpty()) {
            return Optional.empty();
          }
          Workspace before = workspace(found.get());
          Workspace after = before.after(change);
          if (!after.equals(before)) {
            found.get().set(after, codec.document(before, after, found.get()));
            if (!after.status().progress().credentialsHeld()
                && before.status().progress().credentialsHeld()) {
              session.execute(
                  "update SecretsRecord s set s.credentials = null where s.id = ?1", id);
            }
            session.commit();
            feed.publish(new StoreChange(id, Optional.of(after)));
          }
          return Optional.of(after);
        });
  }

  @Override
  public void delete(String id) throws WorkspaceFault {
    if (!possible(id)) {
      return;
    }
    change(
        id,
        session -> {
          // One that cannot be read here is not for this version to forget.
          Optional<Workspace> unused = workspace(session.find(InstanceRecord.class, id));
          session.execute("delete from SecretsRecord s where s.id = ?1", id);
          int known = session.execute("delete from InstanceRecord i where i.id = ?1", id);
          if (known > 0) {
            session.commit();
            feed.publish(new StoreChange(id, Optional.empty()));
          }
          return null;
        });
  }

  /** Snapshots in the same database; usable as long as this store. */
  public SnapshotStore snapshots() {
    return snapshots;
  }

  /** Who has heard of which ends, in the same database; usable as long as this store. */
  public HeardStore heard() {
    return heard;
  }

  @Override
  public void watch(Consumer<StoreChange> listener) {
    feed.listen(listener);
  }

  @Override
  public Optional<String> problem() {
    return database.problem();
  }

  @Override
  public void onReturn(Runnable listener) {
    database.onReturn(listener);
  }

  /** Ends the use of the database; whoever calls afterwards gets UNAVAILABLE. */
  @Override
  public void close() {
    sessions.close();
    release.run();
  }

  /** Work of one transaction. */
  @FunctionalInterface
  private interface Work<T> {
    T run(Session session) throws StoreFailure, WorkspaceFault;
  }

  private <T> T read(Work<T> work) throws WorkspaceFault {
    settleDoubts();
    try (Session session = sessions.open()) {
      return work.run(session);
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  /** Says who has the value that must be unique. */
  @FunctionalInterface
  private interface Refusal {
    /** Refuses, unless nobody has it any more. */
    void refuse() throws WorkspaceFault;
  }

  private <T> T change(String id, Work<T> work) throws WorkspaceFault {
    return change(id, work, () -> {});
  }

  private <T> T change(String id, Work<T> work, Refusal taken) throws WorkspaceFault {
    settleDoubts();
    return feed.inOrder(id, () -> attempts(id, work, taken));
  }

  private <T> T attempts(String id, Work<T> work, Refusal taken) throws WorkspaceFault {
    for (int attempt = 1; ; attempt++) {
      try (Session session = sessions.open()) {
        return work.run(session);
      } catch (StoreFailure e) {
        switch (e.kind()) {
          case STALE -> {}
          case DUPLICATE -> taken.refuse();
          case FAILED -> throw outOfReach(e);
          case DOUBTFUL -> {
            doubtful.add(id);
            throw outOfReach(e);
          }
        }
        if (attempt == ATTEMPTS) {
          throw WorkspaceFault.unavailable("too many changes of instance " + id + " at once", e);
        }
      }
      pause(attempt);
    }
  }

  /** Tells listeners of those changes of which it was not known whether they were made. */
  private void settleDoubts() throws WorkspaceFault {
    for (String id : doubtful) {
      feed.inOrder(
          id,
          () -> {
            try (Session session = sessions.open()) {
              Optional<Workspace> now = workspace(session.find(InstanceRecord.class, id));
              if (doubtful.remove(id)) {
                feed.publish(new StoreChange(id, now));
              }
              return null;
            } catch (StoreFailure e) {
              throw outOfReach(e);
            }
          });
    }
  }

  private void tellOfDoubts() {
    try {
      settleDoubts();
    } catch (WorkspaceFault e) {
      LOG.log(Level.DEBUG, "the store is away again: the next call settles them", e);
    }
  }

  private static void pause(int attempt) throws WorkspaceFault {
    long longest = Math.min(LONGEST_PAUSE.toNanos(), 200_000L << Math.min(attempt, 20));
    try {
      TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(longest) + 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WorkspaceFault.unavailable("interrupted while waiting for the store of workspaces", e);
    }
  }

  private void refuseTaken(Workspace workspace) throws WorkspaceFault {
    String metaId = workspace.spec().metaId();
    String prefix = workspace.spec().servicePrefix();
    try (Session session = sessions.open()) {
      if (session.find(InstanceRecord.class, workspace.id()).isPresent()) {
        throw WorkspaceFault.alreadyExists(
            "id: workspace instance \"" + workspace.id() + "\" exists already");
      }
      refuse("meta_id", metaId, session.query(String.class, ACTIVE_META_ID, metaId));
      refuse("service_prefix", prefix, session.query(String.class, ACTIVE_PREFIX, prefix));
    } catch (StoreFailure e) {
      throw outOfReach(e);
    }
  }

  private static void refuse(String field, String value, List<String> holders)
      throws WorkspaceFault {
    for (String holder : holders) {
      throw WorkspaceFault.alreadyExists(
          "%s: \"%s\" is taken by workspace instance \"%s\", which has not stopped"
              .formatted(field, value, holder));
    }
  }

  /** Whether an id may be in the database at all: no database can be asked for every text. */
  private static boolean possible(String id) {
    return id.length() <= InstanceRecord.ID_LENGTH && id.chars().allMatch(c -> c > ' ' && c < 127);
  }

  private void checkKey(String fingerprint) throws StoreFailure {
    try (Session session = sessions.open()) {
      List<KeyRecord> keys = session.query(KeyRecord.class, "select k from KeyRecord k");
      if (keys.isEmpty()) {
        session.insert(new KeyRecord(fingerprint));
        session.commit();
      } else if (!keys.get(0).fingerprint().equals(fingerprint)) {
        throw new IllegalStateException(
            SecretKeyFile.NAME
                + " in the data folder is not the key that the secrets in the database were"
                + " encrypted with: put the right one back");
      }
    }
  }

  private static WorkspaceFault outOfReach(StoreFailure e) {
    return e.outOfReach("the store of workspaces");
  }
}
