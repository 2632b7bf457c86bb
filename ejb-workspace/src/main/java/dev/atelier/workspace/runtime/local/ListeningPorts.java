// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads from outside which ports are listened at in a process's network. */
final class ListeningPorts {
  private static final String LISTEN = "0A";

  private ListeningPorts() {}

  /**
   * A listening socket.
   *
   * @param port 1 to 65535
   * @param inode of the socket
   */
  record Socket(int port, String inode) {}

  /** All sockets that listen in the network of {@code pid}; none when it has ended. */
  static List<Socket> of(long pid) {
    List<Socket> sockets = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      try {
        List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table));
        lines.stream().skip(1).map(ListeningPorts::fields).forEach(fields -> add(fields, sockets));
      } catch (IOException e) {
        return sockets; // It has ended, or the kernel has no such table.
      }
    }
    return sockets;
  }

  /** The ports of sockets that one of these processes holds. */
  static Set<Integer> heldBy(List<Long> pids) {
    Set<Integer> ports = new TreeSet<>();
    if (pids.isEmpty()) {
      return ports;
    }
    List<Socket> sockets = of(pids.get(0));
    for (long pid : pids) {
      Set<String> held = links(pid);
      sockets.stream()
          .filter(socket -> held.contains("socket:[" + socket.inode() + "]"))
          .forEach(socket -> ports.add(socket.port()));
    }
    return ports;
  }

  private static Set<String> links(long pid) {
    Set<String> links = new TreeSet<>();
    try (var files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file)) {
          links.add(Files.readSymbolicLink(file).toString());
        }
      }
    } catch (IOException e) {
      return links; // It has ended, or just closed one.
    }
    return links;
  }

  private static String[] fields(String line) {
    return line.strip().split(" +", -1);
  }

  private static void add(String[] fields, List<Socket> sockets) {
    if (fields.length > 9 && fields[3].equals(LISTEN)) {
      String address = fields[1];
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
      sockets.add(new Socket(port, fields[9]));
    }
  }
}
