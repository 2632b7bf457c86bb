// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.Programs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The network of this machine, or one that is taken for it, as the programs of its kernel see it.
 *
 * @param host what leads into it; empty: this process is in it
 */
record MachineNetwork(List<String> host) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Routes and interfaces of a machine with a great many. */
  private static final int MOST_OUTPUT = 16 << 20;

  private static final Pattern LINK = Pattern.compile("\\d+: ([^:@ ]+)[:@].*");
  private static final Pattern ALIAS = Pattern.compile(" alias (\\S+)");
  private static final Pattern DEVICE = Pattern.compile(" dev (\\S+)");

  /** Copies the list. */
  MachineNetwork {
    host = List.copyOf(host);
  }

  /**
   * One of a pair of interfaces.
   *
   * @param owner what its manager has written on it; empty: nothing
   */
  record Link(String name, String owner) {}

  /**
   * Where packets for addresses go.
   *
   * @param destination a range such as {@code 10.0.0.0/8}, or an address
   * @param device the interface; empty: none
   * @param line all that is said of it
   */
  record Route(String destination, String device, String line) {}

  /** All pairs' ends that are in this network. */
  List<Link> links() throws IOException, InterruptedException {
    return run("", List.of("ip", "-o", "link", "show", "type", "veth"))
        .lines()
        .map(LINK::matcher)
        .filter(Matcher::matches)
        .map(line -> new Link(line.group(1), first(ALIAS, line.group())))
        .toList();
  }

  /** All routes of IPv4 but the default one. */
  List<Route> routes() throws IOException, InterruptedException {
    return run("", List.of("ip", "-4", "route", "show", "table", "all"))
        .lines()
        .flatMap(MachineNetwork::route)
        .toList();
  }

  private static Stream<Route> route(String line) {
    for (String word : line.strip().split(" +", -1)) {
      if (!word.isEmpty() && Character.isDigit(word.charAt(0))) {
        return Stream.of(new Route(word, first(DEVICE, line), line.strip()));
      }
      if (word.equals("default")) {
        return Stream.empty();
      }
    }
    return Stream.empty();
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** Starts a program in it. */
  Process start(List<String> command) throws IOException {
    List<String> words = new ArrayList<>(host);
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", Sandbox.PATH);
    return builder.start();
  }

  /**
   * Runs a program in it; its output.
   *
   * @throws IOException it failed, or did not end in time; the message has what it said
   */
  String run(String input, List<String> command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(host);
    words.addAll(command);
    Programs.Ended ended =
        Programs.run(
            new Programs.Program(words, Map.of("PATH", Sandbox.PATH), input, true),
            PATIENCE,
            MOST_OUTPUT);
    String output = ended.output().strip();
    if (!ended.well()) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }
}
