// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The processes of one instance as the host sees them.
 *
 * <p>In a sandbox all of them descend from the namespace's first process and end with it. Without
 * one they are those of the control group, else those that descend from the main process or carry
 * the instance's id in their environment.
 */
final class ProcessTree {
  private static final int ROUNDS = 50;
  private static final Path PROC = Path.of("/proc");

  private final Sandbox sandbox;
  private final ControlGroups groups;
  private final InstanceFolder folder;

  ProcessTree(Sandbox sandbox, ControlGroups groups, InstanceFolder folder) {
    this.sandbox = sandbox;
    this.groups = groups;
    this.folder = folder;
  }

  /** Asks all to end; false when nobody is there yet whom one could ask. */
  boolean terminate() throws IOException {
    Optional<ProcessHandle> child = child();
    if (child.isEmpty()) {
      return false;
    }
    if (sandbox.isolated()) {
      List<ProcessHandle> inside = below(child.get());
      inside.forEach(ProcessHandle::destroy);
      return !inside.isEmpty();
    }
    strays().forEach(ProcessHandle::destroy);
    return true;
  }

  /** Those in the namespace of its first process. */
  private List<ProcessHandle> below(ProcessHandle first) {
    // The machine's other processes need not be looked through where the kernel counts these.
    List<Long> members = groups.processes(folder.id());
    if (members.isEmpty()) {
      return first.descendants().toList();
    }
    Optional<Path> own = namespace(first.pid());
    if (own.isEmpty()) {
      return List.of();
    }
    return members.stream()
        .filter(pid -> pid != first.pid() && namespace(pid).equals(own))
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .toList();
  }

  /** Of process numbers; empty: the process has ended. */
  private static Optional<Path> namespace(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/ns/pid")));
    } catch (IOException e) {
      return Optional.empty(); // It has ended.
    }
  }

  /** Ends all, whatever they do. */
  void kill() throws IOException {
    Optional<ProcessHandle> child = child();
    if (child.isEmpty()) {
      // Still being set up, or ended: nothing of the user's needs the launcher any more.
      endLauncher();
    } else if (sandbox.isolated()) {
      child.get().destroyForcibly();
    }
    if (sandbox.isolated()) {
      return;
    }
    Set<ProcessHandle> left = strays();
    for (int i = 0; i < ROUNDS && !left.isEmpty(); i++) {
      left.forEach(ProcessHandle::destroyForcibly);
      left = strays();
    }
  }

  private void endLauncher() throws IOException {
    folder
        .launcherIdentity()
        .filter(ProcessIdentity::alive)
        .filter(launcher -> !Files.exists(folder.exitFile()))
        .flatMap(launcher -> ProcessHandle.of(launcher.pid()))
        .ifPresent(
            launcher -> {
              launcher.descendants().forEach(ProcessHandle::destroyForcibly);
              launcher.destroyForcibly();
            });
  }

  /** Ends what served an instance outside of its sandbox, where its launcher could not. */
  void killHelpers() throws IOException {
    marked(Launcher.MARK + "=" + folder.root()).forEach(ProcessHandle::destroyForcibly);
  }

  /** Whether a process is left. */
  boolean anyLeft() throws IOException {
    return sandbox.isolated() ? child().isPresent() : !strays().isEmpty();
  }

  /** The first process inside. */
  private Optional<ProcessHandle> child() throws IOException {
    Optional<Long> pid = folder.child();
    boolean launcherLives = folder.launcherIdentity().map(ProcessIdentity::alive).orElse(false);
    // Numbers are used again: without its launcher, the child must still be in its own namespace.
    return pid.filter(p -> launcherLives || inOwnNamespace(p)).flatMap(ProcessHandle::of);
  }

  private boolean inOwnNamespace(long pid) {
    Optional<String> inode = namespace(pid).map(own -> own.toString().replaceAll("[^0-9]", ""));
    try {
      return inode.isPresent()
          && sandbox.isolated()
          && Files.readString(folder.status()).contains("\"pid-namespace\": " + inode.get());
    } catch (IOException e) {
      return false; // It has ended.
    }
  }

  private Set<ProcessHandle> strays() throws IOException {
    Set<ProcessHandle> found = new HashSet<>();
    groups.processes(folder.id()).forEach(pid -> ProcessHandle.of(pid).ifPresent(found::add));
    child()
        .ifPresent(
            child -> {
              child.descendants().forEach(found::add);
              if (child.isAlive()) {
                found.add(child);
              }
            });
    found.addAll(marked("GITPOD_INSTANCE_ID=" + folder.id()));
    return found;
  }

  /** Processes whose environment has this entry. */
  static Set<ProcessHandle> marked(String entry) throws IOException {
    Set<ProcessHandle> found = new HashSet<>();
    byte[] wanted = ("\0" + entry + "\0").getBytes(StandardCharsets.UTF_8);
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (contains(environment(process), wanted)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return found;
  }

  private static byte[] environment(Path process) {
    try {
      byte[] variables = Files.readAllBytes(process.resolve("environ"));
      byte[] framed = new byte[variables.length + 1];
      System.arraycopy(variables, 0, framed, 1, variables.length);
      return framed;
    } catch (IOException e) {
      return new byte[0]; // It has ended, or is another user's and so none of ours.
    }
  }

  private static boolean contains(byte[] text, byte[] part) {
    for (int at = 0; at + part.length <= text.length; at++) {
      int i = 0;
      while (i < part.length && text[at + i] == part[i]) {
        i++;
      }
      if (i == part.length) {
        return true;
      }
    }
    return false;
  }
}
