// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atelier.workspace.domain.InitializerMetrics;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of one instance: the truth about it, of which all in memory is a cache.
 *
 * @param data the data folder
 * @param id of the instance
 */
record InstanceFolder(Path data, String id) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern CHILD = Pattern.compile("\"child-pid\": *([0-9]+)");

  /** What the instance works on. */
  Path content() {
    return data.resolve("workspaces").resolve(id);
  }

  /** The manager's own files about it. */
  Path root() {
    return data.resolve("instances").resolve(id);
  }

  Path home() {
    return root().resolve("home");
  }

  /** Its /var/tmp, which is on disk. */
  Path varTmp() {
    return root().resolve("var-tmp");
  }

  /** Its /etc/hosts. */
  Path hosts() {
    return root().resolve("hosts");
  }

  /** The home of programs that work on the content before and after the instance's own. */
  Path contentHome() {
    return root().resolve("content-home");
  }

  /** What the shell inside reads first: environment and command. Holds secrets; short-lived. */
  Path start() {
    return root().resolve("start");
  }

  Path launcher() {
    return root().resolve("launcher");
  }

  /** What the launcher has to complain of. */
  Path launchLog() {
    return root().resolve("launch.log");
  }

  Path output() {
    return root().resolve("output.log");
  }

  Path earlierOutput() {
    return root().resolve("output.1.log");
  }

  Path launched() {
    return root().resolve("launched");
  }

  /** Written by the sandbox or launcher: the first process inside. */
  Path status() {
    return root().resolve("status");
  }

  Path exitFile() {
    return root().resolve("exit");
  }

  /** What the launcher makes last of all, in a folder that is watched. */
  Path endMark() {
    return data.resolve("ended").resolve(id);
  }

  boolean exists() {
    return Files.isDirectory(root());
  }

  /** Who was launched, once the launcher has said so. */
  Optional<ProcessIdentity> launcherIdentity() throws IOException {
    Optional<String> text = read(launched());
    try {
      return text.flatMap(ProcessIdentity::parse);
    } catch (RuntimeException e) {
      throw damaged(launched(), e);
    }
  }

  /** The first process inside, as the host counts; empty: it is not there yet. */
  Optional<Long> child() throws IOException {
    Matcher matcher = CHILD.matcher(read(status()).orElse(""));
    return matcher.find() ? Optional.of(Long.valueOf(matcher.group(1))) : Optional.empty();
  }

  /** The process that holds the instance's network, as the host counts; empty: it has none. */
  Optional<String> holder() throws IOException {
    return read(root().resolve("holder")).map(String::strip).filter(pid -> !pid.isEmpty());
  }

  /**
   * What the launcher found at the end.
   *
   * @param code 128 + n after signal n; empty: the command never ran
   */
  record End(OptionalInt code, Instant at) {}

  Optional<End> end() throws IOException {
    Optional<String> text = read(exitFile());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(text.get()));
    } catch (RuntimeException e) {
      throw damaged(exitFile(), e);
    }
  }

  private static End parse(String text) {
    String code = value(text, "code");
    String[] at = value(text, "at").split("\\.", 2);
    return new End(
        code.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(code)),
        Instant.ofEpochSecond(Long.parseLong(at[0]), at.length > 1 ? Long.parseLong(at[1]) : 0));
  }

  private static String value(String text, String key) {
    return text.lines()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst()
        .orElse("");
  }

  /** What its content cost, once it is ready. */
  Optional<InitializerMetrics> contentReady() throws IOException {
    Optional<String> text = read(root().resolve("content.ready"));
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Map<InitializerMetrics.Kind, InitializerMetrics.Metric> steps =
        new EnumMap<>(InitializerMetrics.Kind.class);
    try {
      JSON.readValue(text.get(), new TypeReference<Map<InitializerMetrics.Kind, long[]>>() {})
          .forEach(
              (kind, cost) ->
                  steps.put(
                      kind, new InitializerMetrics.Metric(Duration.ofNanos(cost[0]), cost[1])));
    } catch (JsonProcessingException | RuntimeException e) {
      throw damaged(root().resolve("content.ready"), e);
    }
    return Optional.of(new InitializerMetrics(steps));
  }

  void writeContentReady(InitializerMetrics metrics) throws IOException {
    Map<InitializerMetrics.Kind, long[]> steps = new EnumMap<>(InitializerMetrics.Kind.class);
    metrics
        .steps()
        .forEach(
            (kind, metric) ->
                steps.put(kind, new long[] {metric.duration().toNanos(), metric.size()}));
    writeDurably(root().resolve("content.ready"), JSON.writeValueAsString(steps));
  }

  /** Whether what tasks do once for a content was done in it before. */
  boolean prepared() {
    return Files.exists(root().resolve("prepared"));
  }

  /** To be written before the content is ready; a try that a crash cut off may have said other. */
  void writePrepared(boolean prepared) throws IOException {
    if (prepared) {
      writeDurably(root().resolve("prepared"), "");
    } else {
      Files.deleteIfExists(root().resolve("prepared"));
    }
  }

  /** What its user should know of its content; empty text: nothing. */
  String note() throws IOException {
    return read(root().resolve("note")).orElse("");
  }

  /** To be written before the content is ready; a try that a crash cut off may have said other. */
  void writeNote(String note) throws IOException {
    if (note.isEmpty()) {
      Files.deleteIfExists(root().resolve("note"));
    } else {
      writeDurably(root().resolve("note"), note);
    }
  }

  /** The instance whose unsaved content this one has taken over, or is about to. */
  Optional<String> takenOver() throws IOException {
    return read(root().resolve("taken-over"));
  }

  void writeTakenOver(String from) throws IOException {
    writeDurably(root().resolve("taken-over"), from);
  }

  /** Why it cannot run, when that is settled. */
  Optional<String> failure() throws IOException {
    return read(root().resolve("failure"));
  }

  void writeFailure(String failure) throws IOException {
    writeDurably(root().resolve("failure"), failure);
  }

  /** Why the manager ended it to protect the machine. */
  Optional<String> evicted() throws IOException {
    return read(root().resolve("evicted"));
  }

  void writeEvicted(String why) throws IOException {
    writeDurably(root().resolve("evicted"), why);
  }

  /** How much its files may take where it began with more than its class allows; 0: no more. */
  long allowance() throws IOException {
    return parsed("allowance", Long::parseLong).orElse(0L);
  }

  /** To be written before the content is ready. */
  void writeAllowance(long bytes) throws IOException {
    writeDurably(root().resolve("allowance"), Long.toString(bytes));
  }

  /** When a termination that was asked for kills what is left. */
  Optional<Instant> killAt() throws IOException {
    return parsed("terminate", Instant::parse);
  }

  void writeKillAt(Instant at) throws IOException {
    writeDurably(root().resolve("terminate"), at.toString());
  }

  /** Whether it was ready once. */
  boolean wasReady() {
    return Files.exists(root().resolve("ready"));
  }

  void writeReady() throws IOException {
    Files.writeString(root().resolve("ready"), "");
  }

  private <T> Optional<T> parsed(String name, Function<String, T> parse) throws IOException {
    Path file = root().resolve(name);
    Optional<String> text = read(file);
    try {
      return text.map(parse);
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      // Only that: one that cannot be looked at may be there.
      return Optional.empty();
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  private static IOException damaged(Path file, Exception cause) {
    return new IOException(file + " is damaged: " + cause, cause);
  }

  /** All of it or nothing, also when the power fails. */
  static void writeDurably(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    writePrivately(fresh, text);
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /** For the manager's user alone, from the first moment on. */
  static void writePrivately(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }
}
