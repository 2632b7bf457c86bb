// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs programs on a folder, through bubblewrap or straight away; remembers what it started. */
public final class FolderSandbox implements ContentSandbox {
  private final Path folder;
  private final Path home;
  private final boolean bubblewrap;

  /** What is done before each program starts. */
  public volatile Runnable before = () -> {};

  /** Every command that was started. */
  public final List<List<String>> commands = new CopyOnWriteArrayList<>();

  /** Those of them that had a network. */
  public final List<List<String>> online = new CopyOnWriteArrayList<>();

  /** Every process that was started. */
  public final List<Process> processes = new CopyOnWriteArrayList<>();

  private FolderSandbox(Path folder, Path home, boolean bubblewrap) {
    this.folder = folder;
    this.home = home;
    this.bubblewrap = bubblewrap;
  }

  /** Makes the folder and a home beside it. */
  public static FolderSandbox direct(Path parent) throws IOException {
    return make(parent, false);
  }

  /** The same, seen as /workspace by programs that see nothing else of the machine's own. */
  public static FolderSandbox bubblewrap(Path parent) throws IOException {
    return make(parent, true);
  }

  private static FolderSandbox make(Path parent, boolean bubblewrap) throws IOException {
    return new FolderSandbox(
        Files.createDirectories(parent.resolve("workspace")),
        Files.createDirectories(parent.resolve("home")),
        bubblewrap);
  }

  /** The content folder. */
  public Path folder() {
    return folder;
  }

  /** Programs in here come before the system's own; need not exist. */
  public Path programs() {
    return home.resolveSibling("programs");
  }

  @Override
  public String workspaceFolder() {
    return bubblewrap ? "/workspace" : folder.toString();
  }

  @Override
  public Process start(
      List<String> command, Map<String, String> environment, String directory, Network network)
      throws IOException {
    before.run();
    commands.add(command);
    if (network == Network.HOST) {
      online.add(command);
    }
    ProcessBuilder builder = new ProcessBuilder(prefixed(command, directory));
    builder.environment().clear();
    builder.environment().put("PATH", programs() + ":" + System.getenv("PATH"));
    builder.environment().put("HOME", bubblewrap ? "/home/workspace" : home.toString());
    builder.environment().put("USER", "workspace");
    builder.environment().put("LANG", "C.UTF-8");
    builder.environment().putAll(environment);
    if (!bubblewrap) {
      builder.directory(folder.resolve(directory).toFile());
    }
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private List<String> prefixed(List<String> command, String directory) {
    if (!bubblewrap) {
      return command;
    }
    List<String> all =
        new ArrayList<>(
            List.of(
                "bwrap", "--unshare-user", "--unshare-pid", "--die-with-parent", "--tmpfs", "/"));
    for (String part : List.of("usr", "bin", "lib", "lib64", "sbin", "etc")) {
      if (Files.isSymbolicLink(Path.of("/", part))) {
        all.addAll(List.of("--symlink", "usr/" + part, "/" + part));
      } else {
        all.addAll(List.of("--ro-bind-try", "/" + part, "/" + part));
      }
    }
    all.addAll(List.of("--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"));
    all.addAll(List.of("--bind", home.toString(), "/home/workspace"));
    all.addAll(List.of("--bind", folder.toString(), "/workspace"));
    all.addAll(List.of("--chdir", directory.isEmpty() ? "/workspace" : "/workspace/" + directory));
    all.add("--");
    all.addAll(command);
    return all;
  }
}
