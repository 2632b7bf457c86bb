// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.runtime.script.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/** Programs on the content of one instance, in its limits. They end with the manager. */
final class LocalContentSandbox implements ContentSandbox {
  /** In the environment of every such program, so that those left by a crash can be found. */
  static final String MARK = "ATELIER_CONTENT_OF";

  private static final int ROUNDS = 50;

  private final Sandbox sandbox;
  private final InstanceFolder folder;
  private final List<Path> groups;
  private final ExecutorService spawner;

  /**
   * For one instance.
   *
   * @param groups what its programs join
   * @param spawner one thread that lives as long as the manager: the kernel ends a program with the
   *     thread that has started it
   */
  LocalContentSandbox(
      Sandbox sandbox, InstanceFolder folder, List<Path> groups, ExecutorService spawner) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.groups = List.copyOf(groups);
    this.spawner = spawner;
  }

  @Override
  public String workspaceFolder() {
    return sandbox.workspaceFolder(folder);
  }

  @Override
  public Process start(
      List<String> command, Map<String, String> environment, String directory, Network network)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(inGroup(sandbox.content(folder, command, directory, network)));
    if (!sandbox.isolated()) {
      builder.directory(folder.content().resolve(directory).toFile());
    }
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.put("PATH", Sandbox.PATH);
    variables.put("HOME", sandbox.isolated() ? Sandbox.HOME : folder.contentHome().toString());
    variables.put("USER", "workspace");
    variables.put("LANG", "C.UTF-8");
    variables.put(MARK, folder.root().toString());
    for (String name : environment.keySet()) {
      if (name.startsWith("LD_")) {
        throw new IllegalArgumentException(name + " would reach programs outside of the sandbox");
      }
    }
    variables.putAll(environment);
    return started(builder);
  }

  /**
   * Starts it in the spawner's thread. After an interrupt nothing starts any more, and what has
   * started meanwhile is ended: nobody else would know of it.
   */
  private Process started(ProcessBuilder builder) throws IOException {
    AtomicBoolean taken = new AtomicBoolean();
    CompletableFuture<Process> starting = new CompletableFuture<>();
    spawner.execute(
        () -> {
          if (taken.compareAndSet(false, true)) {
            start(builder, starting);
          }
        });
    try {
      return starting.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause
          ? cause
          : new IOException("a program on the content cannot be started", e.getCause());
    } catch (InterruptedException e) {
      if (!taken.compareAndSet(false, true)) {
        // The kernel takes a moment for it; whoever looks for what is left must find all of it.
        starting
            .handle((process, fault) -> Optional.ofNullable(process))
            .join()
            .ifPresent(Process::destroyForcibly);
      }
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before a program was started", e);
    }
  }

  /** Whatever becomes of it is told: somebody waits. */
  private static void start(ProcessBuilder builder, CompletableFuture<Process> starting) {
    try {
      starting.complete(builder.start());
    } catch (IOException | RuntimeException | Error e) {
      starting.completeExceptionally(e);
    }
  }

  /**
   * Ends programs that are left though whoever started them has ended them, or has ended itself:
   * one that was ended while it was being set up may have left its child behind.
   */
  static void endLeft(InstanceFolder folder) throws IOException {
    Set<ProcessHandle> left = ProcessTree.marked(MARK + "=" + folder.root());
    for (int i = 0; i < ROUNDS && !left.isEmpty(); i++) {
      left.forEach(ProcessHandle::destroyForcibly);
      left = ProcessTree.marked(MARK + "=" + folder.root());
    }
  }

  private List<String> inGroup(List<String> command) {
    if (groups.isEmpty()) {
      return command;
    }
    StringBuilder join = new StringBuilder();
    groups.forEach(
        file -> join.append("echo 0 >").append(Shell.quoted(file.toString())).append(';'));
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", join + "exec \"$@\"", "content"));
    words.addAll(command);
    return words;
  }
}
