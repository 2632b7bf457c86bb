// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Networks by pasta, which needs no rights: a process each that passes packets on as its user. */
final class PastaNetworks implements InstanceNetworks {
  /** Where pasta answers queries for names inside: an address that is nobody's. */
  private static final String NAME_SERVER = "198.18.0.53";

  /** Runs inside: this machine's own addresses and link-local ones cannot be reached from there. */
  private static final String HOLDER =
      """
      read -r self rest </proc/self/stat
      echo "$self"
      [ -z "$1" ] || printf '%s\\n' "$1" | ip -force -batch - >/dev/null 2>&1
      echo ready
      """
          + HOLD;

  private final boolean root;
  private final int uid;
  private final int gid;
  private final Path pasta;

  /**
   * With the program, for instances of this user.
   *
   * @param root whether the manager is root
   */
  PastaNetworks(boolean root, int uid, int gid, Path pasta) {
    this.root = root;
    this.uid = uid;
    this.gid = gid;
    this.pasta = pasta;
  }

  @Override
  public void open() {
    // pasta needs nothing of the machine.
  }

  @Override
  public String surroundings() throws IOException {
    if (Machine.program("ip").isEmpty()) {
      return "";
    }
    return Stream.concat(
            Stream.of("169.254.0.0/16"),
            Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .filter(address -> !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress)
                .map(address -> address.replaceFirst("%.*", ""))
                .sorted())
        .map(route -> "route add unreachable " + route)
        .collect(Collectors.joining("\n"));
  }

  @Override
  public List<String> holder(String surroundings) {
    return command("/bin/sh", "-c", HOLDER, "network", surroundings);
  }

  /** Whether it works here. */
  List<String> probe() {
    return command("/bin/sh", "-c", ":");
  }

  /** Whether its user may open what it needs; without that pasta leaves a process behind. */
  List<String> deviceProbe() {
    List<String> words = asUser();
    words.addAll(List.of("/bin/sh", "-c", ": <>/dev/net/tun"));
    return words;
  }

  private List<String> asUser() {
    List<String> words = new ArrayList<>();
    if (root) {
      // Without no_new_privs and with its bounding set: pasta makes a user namespace of its own.
      words.addAll(
          List.of(
              Machine.path("setpriv"),
              "--reuid",
              Integer.toString(uid),
              "--regid",
              Integer.toString(gid),
              "--clear-groups"));
    }
    return words;
  }

  private List<String> command(String... command) {
    List<String> words = asUser();
    words.addAll(List.of(pasta.toString(), "-q", "--config-net", "--no-map-gw"));
    words.addAll(List.of("-t", "none", "-u", "none", "-T", "none", "-U", "none"));
    words.addAll(List.of("--dns-forward", NAME_SERVER, "--"));
    words.addAll(List.of(command));
    return words;
  }

  @Override
  public String connect(long holder) {
    return "";
  }

  @Override
  public void disconnect(String connection) {
    // There is no connection.
  }

  @Override
  public List<String> enter(String holder) {
    String namespaces = "/proc/" + holder + "/ns/";
    return root
        ? List.of(Machine.path("nsenter"), "--net=" + namespaces + "net")
        : List.of(
            Machine.path("nsenter"),
            "--user=" + namespaces + "user",
            "--net=" + namespaces + "net",
            "--preserve-credentials");
  }

  @Override
  public List<String> nameServers() {
    return List.of(NAME_SERVER);
  }

  @Override
  public List<String> warnings() {
    return Machine.program("ip").isPresent()
        ? List.of()
        : List.of(
            "Addresses of this machine other than the one of its default route, and"
                + " 169.254.0.0/16, can be reached from instances: the program ip is missing."
                + " Install the package iproute2.");
  }

  @Override
  public void close() {
    // Each network ends with its holder.
  }
}
