// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.runtime.local.MachineNetwork.Link;
import dev.atelier.workspace.runtime.local.MachineNetwork.Route;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A range of addresses that no other manager of this machine takes while this process lives. It is
 * an interface with the range in its name, since the kernel makes of each name one alone; its other
 * end is in the network of a process, the holder, that ends with this one, and the claim with it.
 */
final class RangeClaim implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("atr-([0-9a-f]{8})-(\\d{1,2})");

  /** Reads until the manager has ended, however it did. */
  private static final String HOLDER = "echo here; read -r nothing";

  private final MachineNetwork network;
  private final PrivateRange range;
  private final Process holder;
  private final Set<Integer> used;

  private RangeClaim(
      MachineNetwork network, PrivateRange range, Process holder, Set<Integer> used) {
    this.network = network;
    this.range = range;
    this.holder = holder;
    this.used = used;
  }

  /**
   * Takes a range: the one that is asked for, else the first of some that nobody uses, before all
   * others one that instances of the same owner are in.
   *
   * @param asked by configuration; empty: any
   * @param owner of which there is one manager at a time; what is left of an earlier one's goes
   * @throws IOException none can be had; the message says why
   */
  static RangeClaim take(MachineNetwork network, Optional<PrivateRange> asked, Owner owner)
      throws IOException, InterruptedException {
    List<Link> links = network.links();
    for (Link link : links) {
      if (link.owner().equals(owner.mark()) && NAME.matcher(link.name()).matches()) {
        delete(network, link.name());
      }
    }
    Set<String> own =
        links.stream().filter(owner::has).map(Link::name).collect(Collectors.toUnmodifiableSet());
    List<Route> routes = network.routes();
    List<Route> ownRoutes = routes.stream().filter(route -> own.contains(route.device())).toList();
    List<PrivateRange> ranges =
        asked
            .map(List::of)
            .orElseGet(
                () ->
                    PrivateRange.CANDIDATES.stream()
                        .sorted(Comparator.comparing(range -> !overlaps(range, ownRoutes)))
                        .toList());
    Process holder = holder(network);
    List<String> reasons = new ArrayList<>();
    boolean taken = false;
    try {
      for (PrivateRange range : ranges) {
        Optional<String> reason = reason(network, range, own, holder, owner);
        if (reason.isEmpty()) {
          taken = true;
          return new RangeClaim(network, range, holder, used(range, ownRoutes));
        }
        reasons.add(range + " " + reason.get());
      }
    } finally {
      if (!taken) {
        holder.destroyForcibly();
      }
    }
    throw new IOException(
        asked.isPresent()
            ? "atelier.local.veth.range " + reasons.get(0)
            : "no range of addresses is free, name one with atelier.local.veth.range: "
                + String.join("; ", reasons));
  }

  private static boolean overlaps(PrivateRange range, List<Route> routes) {
    return routes.stream().anyMatch(route -> range.overlaps(route.destination()));
  }

  /** Those of its networks that instances of an earlier version have under other names. */
  private static Set<Integer> used(PrivateRange range, List<Route> routes) {
    return routes.stream()
        .filter(route -> !route.device().startsWith(prefix(range)))
        .filter(route -> range.overlaps(route.destination()))
        .map(route -> range.slot(route.destination()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Why it cannot be had; empty: it is claimed. */
  private static Optional<String> reason(
      MachineNetwork network, PrivateRange range, Set<String> own, Process holder, Owner owner)
      throws IOException, InterruptedException {
    Optional<String> before = collision(network, range, own, "");
    if (before.isPresent()) {
      return before;
    }
    String name = name(range);
    try {
      network.run(
          """
          link add name %1$s type veth peer name range netns %2$d
          link set %1$s alias %3$s
          """
              .formatted(name, holder.pid(), owner.mark()),
          List.of("ip", "-batch", "-"));
    } catch (IOException e) {
      if (e.getMessage().contains("File exists")) {
        return Optional.of("is another manager's");
      }
      throw e;
    }
    // One who claims a wider or narrower range at the same time has another name for it.
    Optional<String> after = collision(network, range, own, name);
    if (after.isPresent()) {
      delete(network, name);
    }
    return after;
  }

  private static Optional<String> collision(
      MachineNetwork network, PrivateRange range, Set<String> own, String claimed)
      throws IOException, InterruptedException {
    for (Link link : network.links()) {
      Matcher claim = NAME.matcher(link.name());
      if (claim.matches() && !link.name().equals(claimed)) {
        int first = Integer.parseUnsignedInt(claim.group(1), 16);
        PrivateRange other = new PrivateRange(first, Integer.parseInt(claim.group(2)));
        if (range.overlaps(other.toString())) {
          return Optional.of("is another manager's (" + link.name() + ")");
        }
      }
    }
    return network.routes().stream()
        .filter(route -> !own.contains(route.device()) && range.overlaps(route.destination()))
        .findFirst()
        .map(route -> "collides with this machine's route " + route.line());
  }

  private static Process holder(MachineNetwork network) throws IOException {
    Process holder =
        network.start(List.of(Machine.path("unshare"), "--net", "/bin/sh", "-c", HOLDER));
    // Not closed: its end would be the holder's.
    BufferedReader said = holder.inputReader(StandardCharsets.US_ASCII);
    String line = said.readLine();
    if (!"here".equals(line)) {
      holder.destroyForcibly();
      throw new IOException("no network of its own can be made: " + line);
    }
    return holder;
  }

  private static void delete(MachineNetwork network, String name)
      throws IOException, InterruptedException {
    try {
      network.run("", List.of("ip", "link", "delete", name));
    } catch (IOException e) {
      if (network.links().stream().anyMatch(link -> link.name().equals(name))) {
        throw e;
      }
      // It has gone by itself, with its holder.
    }
  }

  private static String name(PrivateRange range) {
    return "atr-%08x-%d".formatted(range.first(), range.prefix());
  }

  /** What the names of all interfaces of a range begin with: no two ranges overlap. */
  private static String prefix(PrivateRange range) {
    return "at%06x-".formatted(range.first() >>> 8);
  }

  PrivateRange range() {
    return range;
  }

  /** What the names of its interfaces begin with. */
  String prefix() {
    return prefix(range);
  }

  /** Whether one of its networks can be given to an instance, as far as names do not tell. */
  boolean free(int slot) {
    return !used.contains(slot);
  }

  /** The process that the claim ends with. */
  Process holder() {
    return holder;
  }

  /** Lets another manager have it. */
  @Override
  public void close() throws IOException {
    try {
      delete(network, name(range));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It goes with its holder.
    } finally {
      holder.destroyForcibly();
    }
  }

  /**
   * Whose interfaces are whose.
   *
   * @param mark what is written on each interface of a data folder's manager
   * @param earlier what the names of those began with that earlier versions have made
   */
  record Owner(String mark, String earlier) {
    boolean has(Link link) {
      return link.owner().equals(mark) || link.name().startsWith(earlier);
    }
  }
}
