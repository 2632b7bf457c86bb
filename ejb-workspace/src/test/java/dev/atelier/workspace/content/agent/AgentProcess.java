// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An agent in a process of its own, with nothing but what content needs on its class path. */
public final class AgentProcess {
  /** Whose content all agents work on. */
  public static final WorkspaceKey KEY = new WorkspaceKey("owner", "meta");

  private static final List<String> NEEDED =
      List.of(
          "ejb-workspace",
          "zstd-jni",
          "AmazonCorretto",
          "aws",
          "slf4j",
          "reactive-streams",
          "http");

  private final Path parent;
  private final Path order;
  private final Path folder;

  /** Of an instance with that id; all below one folder share a store. */
  public AgentProcess(
      Path parent, String instance, WorkspaceType type, Optional<Initializer> initializer)
      throws IOException {
    this(parent, instance, Instant.now(), type, initializer);
  }

  /** The same with another time of creation. */
  public AgentProcess(
      Path parent,
      String instance,
      Instant createdAt,
      WorkspaceType type,
      Optional<Initializer> initializer)
      throws IOException {
    this(
        parent,
        instance,
        createdAt,
        type,
        initializer,
        ContentStoreSettings.in(parent.resolve("store")));
  }

  /** The same with another store. */
  public AgentProcess(
      Path parent,
      String instance,
      Instant createdAt,
      WorkspaceType type,
      Optional<Initializer> initializer,
      ContentStoreSettings store)
      throws IOException {
    this.parent = parent;
    this.folder = Files.createDirectories(parent.resolve(instance).resolve("workspace"));
    this.order = parent.resolve(instance + ".order");
    AgentOrder text =
        new AgentOrder(
            folder,
            parent.resolve("home"),
            KEY,
            instance,
            createdAt,
            type,
            "",
            0,
            false,
            initializer,
            store,
            ContentSettings.defaults(true),
            BackupSettings.defaults());
    Files.writeString(order, text.text());
  }

  /** The workspace folder. */
  public Path folder() {
    return folder;
  }

  /** The file that its result goes to. */
  public Path result() {
    return order.resolveSibling(order.getFileName() + ".result");
  }

  /** Starts it. */
  public Process start(String... command) throws IOException {
    Files.deleteIfExists(result());
    List<String> words =
        new ArrayList<>(
            List.of(ContentAgent.class.getName(), order.toString(), result().toString()));
    words.addAll(List.of(command));
    return java(words);
  }

  /** Starts a keeper with the same order. */
  public Process keep(Path state, Path out, Path report) throws IOException {
    return java(
        List.of(
            Keeper.class.getName(),
            order.toString(),
            state.toString(),
            out.toString(),
            report.toString()));
  }

  /** Starts what has the folder store of its pod. */
  public Process serve(Path store, Path socket, Path labels, Path signatures) throws IOException {
    return java(
        List.of(
            StoreServer.class.getName(),
            store.toString(),
            socket.toString(),
            labels.toString(),
            signatures.toString()));
  }

  private Process java(List<String> program) throws IOException {
    Files.createDirectories(parent.resolve("home"));
    String all = System.getProperty("java.class.path");
    String needed =
        Stream.of(all.split(File.pathSeparator, -1))
            .filter(part -> NEEDED.stream().anyMatch(part::contains))
            .reduce((one, other) -> one + File.pathSeparator + other)
            .orElse(all);
    List<String> words =
        new ArrayList<>(
            List.of(
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx128m",
                "-cp",
                needed));
    words.addAll(program);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(parent.resolve("agent.log").toFile())
        .start();
  }

  /** Kills it with all that it has started, as the end of its container does. */
  public static void kill(Process process) throws IOException, InterruptedException {
    String group = "-" + process.pid();
    // Again until nobody is left: one may have been started in this moment.
    while (new ProcessBuilder("kill", "-KILL", "--", group)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0) {
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
  }

  /** Runs it to its end; answers what it has written. */
  public AgentResult run(String... command) throws IOException, InterruptedException {
    Process process = start(command);
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException("the agent does not end");
    }
    if (!Files.exists(result())) {
      throw new IOException(Files.readString(parent.resolve("agent.log")));
    }
    AgentResult result = AgentResult.parse(Files.readString(result()));
    if (process.exitValue() != result.outcome().exitCode()) {
      throw new IOException("exit code " + process.exitValue() + " for " + result);
    }
    return result;
  }
}
