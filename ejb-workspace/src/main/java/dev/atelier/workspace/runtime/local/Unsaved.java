// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Content that could not be saved when its instance stopped. A file in {@code unsaved} tells of
 * each; the content stays in {@code workspaces}. It is tried to be saved again and again.
 */
final class Unsaved implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Unsaved.class.getName());

  private final Path data;
  private final LocalHost host;
  private final InstanceContent content;
  private final ContentSandboxes sandboxes;
  private final Duration interval;

  /** Whoever holds it may move or delete such content; a save gives way. */
  private final ReentrantLock owner = new ReentrantLock();

  /** Ids of instances that left some. */
  private final Set<String> ids = ConcurrentHashMap.newKeySet();

  /** Files that only a newer version may touch, which was told. */
  private final Set<Path> leftAlone = ConcurrentHashMap.newKeySet();

  private volatile Thread saver;
  private volatile boolean closed;

  /**
   * Saves nothing before {@link #start}.
   *
   * @param interval between two tries
   */
  Unsaved(
      Path data,
      LocalHost host,
      InstanceContent content,
      ContentSandboxes sandboxes,
      Duration interval) {
    this.data = data;
    this.host = host;
    this.content = content;
    this.sandboxes = sandboxes;
    this.interval = interval;
  }

  /** What an instance would leave behind that was given up at that time. */
  static UnsavedContent of(Workspace workspace, Instant since) {
    return new UnsavedContent(
        workspace.id(),
        workspace.spec().owner(),
        workspace.spec().metaId(),
        workspace.createdAt(),
        since);
  }

  void start() throws IOException {
    Files.createDirectories(folder());
    list().forEach(content -> ids.add(content.id()));
    host.after(Duration.ZERO, this::round);
  }

  private Path folder() {
    return data.resolve("unsaved");
  }

  private Path file(String id) {
    return folder().resolve(id);
  }

  /** Notes that content stays, before anything else of its instance is removed. */
  void keep(Workspace workspace) throws IOException {
    UnsavedContent unsaved = of(workspace, host.clock.instant());
    Properties properties = new Properties();
    properties.setProperty(Format.FIELD, Integer.toString(Format.UNSAVED.number()));
    properties.setProperty("owner", unsaved.owner());
    properties.setProperty("metaId", unsaved.metaId());
    properties.setProperty("createdAt", unsaved.createdAt().toString());
    properties.setProperty("since", unsaved.since().toString());
    StringWriter text = new StringWriter();
    properties.store(text, null);
    InstanceFolder.writeDurably(file(unsaved.id()), text.toString());
    ids.add(unsaved.id());
    LOG.log(
        Level.WARNING,
        "content of instance {0} (workspace {1} of {2}) is not saved: it stays in {3} until it can"
            + " be saved, the workspace starts again, or an administrator lets go of it",
        unsaved.id(),
        unsaved.metaId(),
        unsaved.owner(),
        new InstanceFolder(data, unsaved.id()).content());
  }

  /** All of it, oldest first. */
  List<UnsavedContent> list() throws IOException {
    List<UnsavedContent> all = new ArrayList<>();
    if (Files.isDirectory(folder())) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(folder(), file -> !file.toString().endsWith(".new"))) {
        for (Path file : files) {
          read(file).ifPresent(all::add);
        }
      }
    }
    all.sort(Comparator.comparing(UnsavedContent::since));
    return all;
  }

  /** How many there are, from memory. */
  int count() {
    return ids.size();
  }

  private Optional<UnsavedContent> read(Path file) {
    try {
      return parse(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      Level level = leftAlone.add(file) ? Level.WARNING : Level.DEBUG;
      LOG.log(
          level,
          "{0} is damaged ({1}): whose content lies in {2} is not known; it stays until an"
              + " administrator lets go of it",
          file,
          e,
          new InstanceFolder(data, file.getFileName().toString()).content());
      return Optional.of(
          new UnsavedContent(file.getFileName().toString(), "", "", Instant.EPOCH, Instant.EPOCH));
    }
  }

  private Optional<UnsavedContent> parse(Path file) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
    Optional<String> refusal =
        Format.UNSAVED.refusal(
            file.toString(), Long.parseLong(properties.getProperty(Format.FIELD, "1")));
    if (refusal.isPresent()) {
      LOG.log(leftAlone.add(file) ? Level.WARNING : Level.DEBUG, refusal.get());
      return Optional.empty();
    }
    return Optional.of(
        new UnsavedContent(
            file.getFileName().toString(),
            Objects.requireNonNull(properties.getProperty("owner"), "no owner"),
            Objects.requireNonNull(properties.getProperty("metaId"), "no meta id"),
            Instant.parse(Objects.requireNonNull(properties.getProperty("createdAt"), "no time")),
            Instant.parse(Objects.requireNonNull(properties.getProperty("since"), "no time"))));
  }

  /**
   * Moves the newest content of the same workspace into the folder of a new instance; answers whose
   * it was. Done again after a crash in the middle, it goes on.
   */
  Optional<String> takeOver(Workspace workspace, InstanceFolder folder)
      throws IOException, InterruptedException {
    Optional<String> begun = folder.takenOver();
    if (begun.isEmpty() && list().stream().noneMatch(unsaved -> isOf(unsaved, workspace))) {
      return Optional.empty();
    }
    acquire();
    try {
      Optional<String> from = begun.or(() -> newest(workspace).map(UnsavedContent::id));
      if (from.isEmpty()) {
        return Optional.empty();
      }
      folder.writeTakenOver(from.get());
      Path source = new InstanceFolder(data, from.get()).content();
      if (Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
        FileTree.delete(folder.content());
        Files.move(source, folder.content(), StandardCopyOption.ATOMIC_MOVE);
      }
      forget(from.get());
      return from;
    } finally {
      owner.unlock();
    }
  }

  private Optional<UnsavedContent> newest(Workspace workspace) {
    try {
      return list().stream()
          .filter(unsaved -> isOf(unsaved, workspace))
          .max(Comparator.comparing(UnsavedContent::createdAt));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOf(UnsavedContent unsaved, Workspace workspace) {
    return unsaved.owner().equals(workspace.spec().owner())
        && unsaved.metaId().equals(workspace.spec().metaId());
  }

  /** Deletes such content for good; does nothing when there is none of that instance. */
  boolean letGo(String id) throws IOException, InterruptedException {
    acquire();
    try {
      if (list().stream().noneMatch(unsaved -> unsaved.id().equals(id))) {
        return false;
      }
      remove(id);
      return true;
    } finally {
      owner.unlock();
    }
  }

  private void remove(String id) throws IOException, InterruptedException {
    FileTree.delete(new InstanceFolder(data, id).content());
    forget(id);
  }

  private void forget(String id) throws IOException, InterruptedException {
    FileTree.delete(file(id));
    ids.remove(id);
  }

  private void acquire() throws InterruptedException {
    Thread saving = saver;
    if (saving != null) {
      saving.interrupt();
    }
    owner.lockInterruptibly();
  }

  private void round() {
    try {
      for (UnsavedContent unsaved : list()) {
        // Of one whose file is damaged it is not known whose it is.
        if (!unsaved.owner().isEmpty()) {
          save(unsaved);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "unsaved content cannot be looked for", e);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "unsaved content is wanted by somebody else", e);
    } finally {
      if (!closed) {
        host.after(interval, this::round);
      }
    }
  }

  private void save(UnsavedContent unsaved) throws IOException, InterruptedException {
    InstanceFolder folder = new InstanceFolder(data, unsaved.id());
    boolean made = false;
    owner.lockInterruptibly();
    try {
      // A manager that was killed before it removed the instance does that first.
      if (closed || !Files.exists(file(unsaved.id())) || folder.exists()) {
        return;
      }
      saver = Thread.currentThread();
      made = true;
      String url = content.saveBackup(unsaved, sandboxes.of(folder));
      saver = null;
      remove(unsaved.id());
      LOG.log(Level.INFO, "content of instance {0} is saved at last: {1}", unsaved.id(), url);
    } catch (InstanceContent.Failure e) {
      LOG.log(Level.DEBUG, "content of instance " + unsaved.id() + " cannot be saved yet", e);
    } finally {
      saver = null;
      try {
        if (made) {
          // An interrupt that came too late must not keep it from being removed.
          Thread.interrupted();
          FileTree.delete(folder.root());
        }
      } finally {
        owner.unlock();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
