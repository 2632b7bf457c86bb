// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Programs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks once, from outside, whether the main process of an instance is ready. */
final class ReadinessProbe {
  private static final Logger LOG = System.getLogger(ReadinessProbe.class.getName());
  private static final Duration PATIENCE = Duration.ofMillis(1500);
  private static final int MOST_OUTPUT = 256;

  /**
   * Asks for a path and tells of the answer's first line; nothing of the answer is trusted. By way
   * of {@code dd}, which waits for the whole, the request is one write: bash makes one of each
   * line, and a service that answers the first of them and closes resets the connection, the answer
   * with it.
   */
  private static final String GET =
      """
      exec 3<>"/dev/tcp/127.0.0.1/$1" || exec 3<>"/dev/tcp/::1/$1" || exit 1
      printf 'GET %s HTTP/1.0\\r\\nHost: localhost:%s\\r\\nConnection: close\\r\\n\\r\\n' "$2" "$1" |
        dd bs=64K iflag=fullblock status=none >&3
      read -r -t 1 -n 64 line <&3
      printf '%s' "$line"
      """;

  private final Sandbox sandbox;
  private final Machine machine;

  ReadinessProbe(Sandbox sandbox, Machine machine) {
    this.sandbox = sandbox;
    this.machine = machine;
  }

  /** Whether it is ready now; may take a second and a half with HTTP. */
  boolean ready(InstanceFolder folder, Readiness readiness)
      throws IOException, InterruptedException {
    Optional<Long> child = folder.child();
    if (child.isEmpty()) {
      return false;
    }
    if (readiness instanceof Readiness.Port port) {
      return ports(child.get()).contains(port.number());
    }
    if (readiness instanceof Readiness.Http http) {
      return ports(child.get()).contains(http.port()) && answers(folder, http);
    }
    if (readiness instanceof Readiness.File file) {
      return exists(folder.content(), Path.of(file.path()));
    }
    return true;
  }

  /** The ports that processes of the instance listen at. */
  Set<Integer> ports(long child) {
    if (machine.networks().isPresent()) {
      return ListeningPorts.of(child).stream()
          .map(ListeningPorts.Socket::port)
          .collect(Collectors.toSet());
    }
    return ListeningPorts.heldBy(
        Stream.concat(
                Stream.of(child),
                ProcessHandle.of(child).stream()
                    .flatMap(ProcessHandle::descendants)
                    .map(ProcessHandle::pid))
            .toList());
  }

  /** No link is followed: it could lead out of the instance's files. */
  private static boolean exists(Path folder, Path path) {
    Path at = folder;
    for (Path name : path) {
      at = at.resolve(name);
      if (Files.isSymbolicLink(at)) {
        return false;
      }
    }
    return Files.exists(at, LinkOption.NOFOLLOW_LINKS);
  }

  private boolean answers(InstanceFolder folder, Readiness.Http http)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    Optional<String> holder = folder.holder();
    if (holder.isPresent() && machine.networks().isPresent()) {
      words.addAll(machine.networks().get().enter(holder.get()));
    }
    words.addAll(sandbox.unprivileged());
    words.addAll(
        List.of(
            Machine.path("bash"), "-c", GET, "probe", Integer.toString(http.port()), http.path()));
    try {
      Programs.Ended ended =
          Programs.run(new Programs.Program(words, Map.of()), PATIENCE, MOST_OUTPUT);
      return ended.well() && ended.output().matches("HTTP/1\\.[01] [23][0-9][0-9](\\D.*)?\\s*");
    } catch (IOException e) {
      // Whoever owns the port decides how long it takes, and is asked again.
      LOG.log(Level.DEBUG, "not ready: {0}", e.getMessage());
      return false;
    }
  }
}
