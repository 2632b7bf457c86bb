// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Networks by the kernel alone, for a manager that is root: a pair of interfaces each, one of which
 * is the instance's, and address translation on the way out. The pair goes with the network, and
 * the rules know interfaces by their names alone, which begin with the range that is this manager's
 * alone, so that nothing has to be remembered.
 */
final class VethNetworks implements InstanceNetworks {
  private static final Logger LOG = System.getLogger(VethNetworks.class.getName());
  private static final List<String> PROGRAMS = List.of("ip", "nft", "unshare");

  /** Runs inside; waits for its interface to be there, and for its addresses. */
  private static final String HOLDER =
      """
      read -r self rest </proc/self/stat
      echo "$self"
      read -r name outer inner || exit
      ip -batch - <<END || exit
      link set lo up
      addr add $inner/30 dev eth0
      link set eth0 up
      route add default via $outer
      END
      echo ready
      """
          + HOLD;

  private final MachineNetwork network;
  private final RangeClaim claim;
  private final RangeClaim.Owner owner;
  private final List<String> nameServers;
  private final AtomicInteger next = new AtomicInteger();

  private VethNetworks(
      MachineNetwork network, RangeClaim claim, RangeClaim.Owner owner, List<String> nameServers) {
    this.network = network;
    this.claim = claim;
    this.owner = owner;
    this.nameServers = List.copyOf(nameServers);
  }

  /**
   * Those for the instances of one data folder, which this process has alone. Their range of
   * addresses is theirs until they are closed.
   *
   * @param range empty: one that nobody uses
   * @param nameServers none: those of this machine that can be reached from inside
   * @param host what leads into the network of the machine; empty: this process is in it
   * @throws IOException they do not work here; the message says why
   */
  static VethNetworks claim(
      Optional<PrivateRange> range, List<String> nameServers, List<String> host, Path data)
      throws IOException, InterruptedException {
    List<String> missing =
        PROGRAMS.stream().filter(program -> Machine.program(program).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new IOException(
          "the programs " + missing + " are missing (packages iproute2, nftables)");
    }
    MachineNetwork network = new MachineNetwork(host);
    RangeClaim.Owner owner = owner(data.toAbsolutePath().toString());
    RangeClaim claim = RangeClaim.take(network, range, owner);
    boolean works = false;
    try {
      VethNetworks networks =
          new VethNetworks(
              network, claim, owner, nameServers.isEmpty() ? resolvers() : nameServers);
      // Tried where it changes nothing: in a network that ends with the try.
      network.run(
          networks.rules(),
          List.of(
              "unshare",
              "--net",
              "sh",
              "-c",
              "ip link add name p0 type veth peer name p1 && exec nft -f -"));
      works = true;
      return networks;
    } finally {
      if (!works) {
        claim.close();
      }
    }
  }

  private static RangeClaim.Owner owner(String data) {
    // Versions before names came from the range: two folders could have the same.
    String earlier = "at%04x-".formatted(data.hashCode() & 0xffff);
    UUID mark = UUID.nameUUIDFromBytes(data.getBytes(StandardCharsets.UTF_8));
    return new RangeClaim.Owner("atelier-" + mark, earlier);
  }

  private String table() {
    return table(claim.prefix());
  }

  private static String table(String prefix) {
    return "atelier-" + prefix + "net";
  }

  /** What packets from and to instances may do; made anew in one step. */
  private String rules() {
    return """
    table inet %1$s
    delete table inet %1$s
    table inet %1$s {
      chain input {
        type filter hook input priority -5; policy accept;
        iifname "%2$s*" ct state established,related accept
        iifname "%2$s*" reject with icmpx admin-prohibited
      }
      chain output {
        type filter hook output priority -5; policy accept;
        ip daddr %3$s meta skuid != 0 reject with icmpx admin-prohibited
      }
      chain forward {
        type filter hook forward priority -5; policy accept;
        oifname "%2$s*" ct state established,related accept
        oifname "%2$s*" reject with icmpx admin-prohibited
        iifname "%2$s*" meta nfproto ipv6 reject with icmpx admin-prohibited
        iifname "%2$s*" ip saddr != %3$s reject with icmpx admin-prohibited
        iifname "%2$s*" ip daddr { %3$s, 169.254.0.0/16 } reject with icmpx admin-prohibited
      }
      chain postrouting {
        type nat hook postrouting priority 100; policy accept;
        ip saddr %3$s oifname != "%2$s*" masquerade
      }
    }
    """
        .formatted(table(), claim.prefix(), claim.range());
  }

  @Override
  public void open() throws IOException, InterruptedException {
    network.run(rules(), List.of("nft", "-f", "-"));
    LOG.log(Level.INFO, "instances have addresses of " + claim.range());
    String forward = "/proc/sys/net/ipv4/ip_forward";
    if (network.run("", List.of("cat", forward)).strip().equals("0")) {
      LOG.log(Level.INFO, "packets of instances have to be passed on: " + forward + " is 1 now");
      network.run("", List.of("sh", "-c", "echo 1 >" + forward));
    }
  }

  @Override
  public String surroundings() {
    return ""; // The rules hold whatever addresses the machine has.
  }

  @Override
  public List<String> holder(String surroundings) {
    List<String> words = new ArrayList<>(network.host());
    words.addAll(List.of(Machine.path("unshare"), "--net", "/bin/sh", "-c", HOLDER, "network"));
    return words;
  }

  @Override
  public String connect(long holder) throws IOException, InterruptedException {
    PrivateRange range = claim.range();
    for (int tries = 0; tries < range.slots(); tries++) {
      int slot = Math.floorMod(next.getAndIncrement(), range.slots());
      if (!claim.free(slot)) {
        continue;
      }
      String name = claim.prefix() + Integer.toHexString(slot);
      String commands =
          """
          link add name %1$s type veth peer name eth0 netns %2$d
          link set %1$s alias %4$s
          link set %1$s addrgenmode none
          addr add %3$s/30 dev %1$s
          link set %1$s up
          """
              .formatted(name, holder, range.outer(slot), owner.mark());
      try {
        network.run(commands, List.of("ip", "-batch", "-"));
        return name + " " + range.outer(slot) + " " + range.inner(slot);
      } catch (IOException e) {
        if (!e.getMessage().contains("File exists")) {
          throw e;
        }
      }
    }
    throw new IOException("all " + range.slots() + " networks of " + range + " are taken");
  }

  @Override
  public void disconnect(String connection) throws IOException {
    try {
      network.run(
          "", List.of("ip", "link", "delete", connection.substring(0, connection.indexOf(' '))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It goes with its holder.
    }
  }

  @Override
  public List<String> enter(String holder) {
    return List.of(Machine.path("nsenter"), "--net=/proc/" + holder + "/ns/net");
  }

  @Override
  public List<String> nameServers() {
    return nameServers;
  }

  @Override
  public List<String> warnings() {
    return nameServers.isEmpty()
        ? List.of(
            "No names are resolved in instances: this machine's own resolver cannot be reached from"
                + " them. Name one that can with atelier.local.veth.name-servers.")
        : List.of();
  }

  @Override
  public void close() throws IOException {
    try {
      // Rules of an earlier version hold for its instances, and go with the last of them.
      String tables = network.run("", List.of("nft", "list", "tables"));
      List<MachineNetwork.Link> links = network.links();
      for (String prefix : List.of(claim.prefix(), owner.earlier())) {
        if (tables.contains(table(prefix))
            && links.stream().noneMatch(link -> link.name().startsWith(prefix))) {
          network.run("", List.of("nft", "delete", "table", "inet", table(prefix)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The next manager makes them anew.
    } finally {
      claim.close();
    }
  }

  /** Those of this machine that are not on its loopback, where no instance gets. */
  private static List<String> resolvers() throws IOException {
    for (String file : List.of("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")) {
      if (Files.exists(Path.of(file))) {
        List<String> found =
            Files.readAllLines(Path.of(file)).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .filter(address -> address.matches("[0-9.]+") && !address.startsWith("127."))
                .toList();
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return List.of();
  }
}
