// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder by which a {@link Keeper} and those around it talk. What is in it stays when the
 * keeper is killed:
 *
 * <ul>
 *   <li>{@code ready}: the content is; what to run
 *   <li>{@code failed}: why there is no content
 *   <li>{@code content}: what came of making it
 *   <li>{@code requests/NAME} and {@code results/NAME}: what is to be done, what came of it
 *   <li>{@code grace}: somebody asked for the workspace's end
 *   <li>{@code abort}: nothing is to be saved
 *   <li>{@code end}: the workspace has ended
 * </ul>
 */
final class KeeperFolder implements AutoCloseable {
  /** Enough for whoever asks again after a restart. */
  private static final int KEPT_RESULTS = 32;

  private static final int MOST_BYTES = 64 << 10;

  private final Path root;
  private final WatchService watch;

  KeeperFolder(Path root) throws IOException {
    this.root = root;
    this.watch = root.getFileSystem().newWatchService();
    for (Path folder : List.of(root, root.resolve("requests"))) {
      Files.createDirectories(folder);
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    }
    Files.createDirectories(root.resolve("results"));
  }

  boolean ended() {
    return is("end");
  }

  boolean aborted() {
    return is("abort");
  }

  /** Whether somebody asked for the workspace's end. */
  boolean told() {
    return is("grace");
  }

  private boolean is(String name) {
    return Files.exists(root.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  Optional<AgentResult> content() throws IOException {
    return is("content") ? Optional.of(AgentResult.parse(read("content"))) : Optional.empty();
  }

  /** The workspace may begin. */
  void ready(AgentResult content, String mode) throws IOException {
    write("content", content.text());
    write("ready", mode + "\n");
  }

  boolean isReady() {
    return is("ready");
  }

  /** The workspace may not begin. */
  void fail(AgentResult content) throws IOException {
    write("content", content.text());
    write("failed", content.message() + "\n");
  }

  boolean hasFailed() {
    return is("failed");
  }

  /** The oldest piece of work that nothing came of yet. */
  Optional<Request> request() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("requests"))) {
      List<Path> asked =
          files
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .sorted(Comparator.comparing(file -> file.toFile().lastModified()))
              .toList();
      for (Path file : asked) {
        String name = file.getFileName().toString();
        if (!is("results/" + name)) {
          String words = read("requests/" + name).strip();
          return Optional.of(new Request(name, List.of(words.split(" ", -1))));
        }
        Files.deleteIfExists(file);
      }
      return Optional.empty();
    }
  }

  /**
   * A piece of work.
   *
   * @param name of its result
   * @param command as that of a {@link ContentAgent}
   */
  record Request(String name, List<String> command) {}

  void answer(Request request, AgentResult result) throws IOException {
    write("results/" + request.name(), result.text());
    Files.deleteIfExists(root.resolve("requests").resolve(request.name()));
    try (Stream<Path> files = Files.list(root.resolve("results"))) {
      List<Path> oldest =
          files.sorted(Comparator.comparing(file -> file.toFile().lastModified())).toList();
      for (int i = 0; i < oldest.size() - KEPT_RESULTS; i++) {
        Files.deleteIfExists(oldest.get(i));
      }
    }
  }

  /** Waits until something was put into it, or for a while. */
  void await(Duration most) throws InterruptedException {
    WatchKey key = watch.poll(most.toMillis(), TimeUnit.MILLISECONDS);
    while (key != null) {
      key.pollEvents();
      key.reset();
      key = watch.poll();
    }
  }

  private String read(String name) throws IOException {
    return new String(bytes(root.resolve(name)), StandardCharsets.UTF_8);
  }

  /** The beginning of a file, which must be a plain one. */
  static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file.getFileName() + " is no file");
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(MOST_BYTES);
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    watch.close();
  }
}
