package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Networks by the kernel alone, for a manager that is root: a pair of interfaces each, one of which
 * is the instance's, and address translation on the way out. The pair goes with the network, and
 * the rules know interfaces by their names alone, so that nothing has to be remembered.
 */
final class VethNetworks implements InstanceNetworks {
  private static final Logger LOG = System.getLogger(VethNetworks.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(20);
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

  private final PrivateRange range;
  private final List<String> nameServers;
  private final List<String> host;
  private final String prefix;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * For the instances of one data folder.
   *
   * @param nameServers none: those of this machine that can be reached from inside
   * @param host what leads into the network of the machine; empty: this process is in it
   */
  VethNetworks(PrivateRange range, List<String> nameServers, List<String> host, Path data)
      throws IOException {
    this.range = range;
    this.nameServers = nameServers.isEmpty() ? resolvers() : List.copyOf(nameServers);
    this.host = List.copyOf(host);
    this.prefix = "at%04x-".formatted(data.toAbsolutePath().toString().hashCode() & 0xffff);
  }

  /** Why it does not work here; empty: it does. */
  Optional<String> problem() throws InterruptedException {
    List<String> missing =
        PROGRAMS.stream().filter(program -> Machine.program(program).isEmpty()).toList();
    if (!missing.isEmpty()) {
      return Optional.of("the programs " + missing + " are missing (packages iproute2, nftables)");
    }
    try {
      for (String route :
          run("", List.of("ip", "-4", "route", "show", "table", "all")).lines().toList()) {
        Optional<String> taken = destination(route);
        if (taken.isPresent() && range.overlaps(taken.get()) && !route.contains(" dev " + prefix)) {
          return Optional.of(
              "atelier.local.veth.range " + range + " collides with this machine's route " + route);
        }
      }
      // Tried where it changes nothing: in a network that ends with the try.
      run(
          rules(),
          List.of(
              "unshare",
              "--net",
              "sh",
              "-c",
              "ip link add name p0 type veth peer name p1 && exec nft -f -"));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Where a line of {@code ip route} leads; empty: anywhere else. */
  private static Optional<String> destination(String route) {
    for (String word : route.strip().split(" +", -1)) {
      if (Character.isDigit(word.charAt(0))) {
        return Optional.of(word);
      }
      if (word.equals("default")) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private String table() {
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
        .formatted(table(), prefix, range);
  }

  @Override
  public void open() throws IOException, InterruptedException {
    run(rules(), List.of("nft", "-f", "-"));
    String forward = "/proc/sys/net/ipv4/ip_forward";
    if (run("", List.of("cat", forward)).strip().equals("0")) {
      LOG.log(Level.INFO, "packets of instances have to be passed on: " + forward + " is 1 now");
      run("", List.of("sh", "-c", "echo 1 >" + forward));
    }
  }

  @Override
  public String surroundings() {
    return ""; // The rules hold whatever addresses the machine has.
  }

  @Override
  public List<String> holder(String surroundings) {
    List<String> words = new ArrayList<>(host);
    words.addAll(List.of(Machine.path("unshare"), "--net", "/bin/sh", "-c", HOLDER, "network"));
    return words;
  }

  @Override
  public String connect(long holder) throws IOException, InterruptedException {
    for (int tries = 0; tries < range.slots(); tries++) {
      int slot = Math.floorMod(next.getAndIncrement(), range.slots());
      String name = prefix + slot;
      String commands =
          """
          link add name %1$s type veth peer name eth0 netns %2$d
          link set %1$s addrgenmode none
          addr add %3$s/30 dev %1$s
          link set %1$s up
          """
              .formatted(name, holder, range.outer(slot));
      try {
        run(commands, List.of("ip", "-batch", "-"));
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
      run("", List.of("ip", "link", "delete", connection.substring(0, connection.indexOf(' '))));
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
      if (!run("", List.of("ip", "-o", "link", "show", "type", "veth")).contains(prefix)) {
        run("", List.of("nft", "delete", "table", "inet", table()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The next manager makes them anew.
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

  /** Runs a program in the machine's network; its output, when it succeeds. */
  private String run(String input, List<String> command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(host);
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", Sandbox.PATH);
    Process process = builder.start();
    try {
      try (OutputStream to = process.getOutputStream()) {
        to.write(input.getBytes(StandardCharsets.US_ASCII));
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output);
      }
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}
