// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The same with networks by the kernel alone. What is taken for the machine is a network that the
 * test has made, with another one as the world outside; this machine's own is left alone.
 */
class VethSandboxTest extends SandboxTest {
  private static final String MACHINE = "203.0.113.1";
  private static final String WORLD = "203.0.113.2";
  private static final String METADATA = "169.254.169.254";
  private static final int PORT = 8000;

  /** Unlike the module http.server it asks no name server before it listens. */
  private static final String SERVER =
      "import socketserver as s;"
          + " s.TCPServer((\"\", 8000), s.BaseRequestHandler).serve_forever()";

  private final List<Process> processes = new ArrayList<>();
  private List<String> host = List.of();

  @Override
  void network(LocalMachine machine) throws Exception {
    boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    if (!root) {
      System.out.println("left out, for this is not root: networks by veth");
    }
    assumeTrue(root);
    for (String program : List.of("ip", "nft", "unshare", "nsenter", "python3")) {
      assumeTrue(LocalMachine.has(program, "networks by veth"));
    }
    long outside = namespace();
    long inside = namespace();
    host = enter(inside);
    run(
        enter(outside),
        "ip link set lo up; ip link add name out type veth peer name wan netns " + inside,
        "ip addr add " + WORLD + "/24 dev out; ip addr add " + METADATA + "/32 dev out",
        "ip link set out up");
    run(
        host,
        "ip link set lo up; ip addr add " + MACHINE + "/24 dev wan; ip link set wan up",
        "ip route add default via " + WORLD);
    for (List<String> network : List.of(enter(outside), host)) {
      serve(network);
    }
    machine
        .in(host)
        .with(
            machine
                .settings()
                .with(
                    s ->
                        s.network(Networks.VETH).readyNetworks(1).vethNameServers(List.of(WORLD))));
  }

  @Override
  @AfterEach
  void end() throws Exception {
    super.end();
    processes.forEach(Process::destroyForcibly);
  }

  private long namespace() throws IOException {
    Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; exec cat").start();
    processes.add(holder);
    holder.getInputStream().read();
    return holder.pid();
  }

  private static List<String> enter(long pid) {
    return List.of("nsenter", "--net=/proc/" + pid + "/ns/net");
  }

  private void serve(List<String> network) throws IOException {
    List<String> words = new ArrayList<>(network);
    words.addAll(List.of("python3", "-c", SERVER));
    processes.add(
        new ProcessBuilder(words)
            .directory(data.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> run(network, "cat /proc/net/tcp").contains(":%04X ".formatted(PORT)));
  }

  private static String run(List<String> network, String... lines) throws Exception {
    List<String> words = new ArrayList<>(network);
    words.addAll(List.of("sh", "-es"));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (OutputStream to = process.getOutputStream()) {
      to.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private List<String> interfaces() throws Exception {
    return run(host, "ip -o link show type veth")
        .lines()
        .map(line -> line.split(" ", -1)[1])
        .filter(name -> name.startsWith("at") && !name.startsWith("atr-"))
        .toList();
  }

  @Test
  void theWorldCanBeReachedAndTheMachineCannot() throws Exception {
    String tries =
        String.join(
            "; ",
            probe(WORLD, PORT),
            probe(MACHINE, PORT),
            probe("127.0.0.1", PORT),
            probe(METADATA, PORT),
            // The machine's end of this network, and of the ready one.
            probe("10.215.0.1", PORT),
            probe("10.215.0.5", PORT));
    assertThat(result("traveller", tries).lines())
        .containsExactly(
            "open " + WORLD,
            "closed " + MACHINE,
            "closed 127.0.0.1",
            "closed " + METADATA,
            "closed 10.215.0.1",
            "closed 10.215.0.5",
            "done");
  }

  @Test
  void neighboursCannotBeReachedByTheirAddresses() throws Exception {
    Workspace one = machine().running("one", "echo up; exec python3 -c '" + SERVER + "'");
    machine().awaitOutput(one, "up");
    await().atMost(LocalMachine.PATIENCE).until(() -> ports(machine(), one).contains(PORT));
    String address = address(machine(), one);
    assertThat(address).startsWith("10.215.0.");
    assertThat(result("two", probe(address, PORT))).isEqualTo("closed " + address + "\ndone\n");
  }

  @Test
  void networkGoesOnAfterARestartAndEndsWithItsInstance() throws Exception {
    Workspace workspace =
        machine()
            .running(
                "stays", "echo up; while [ ! -e go ]; do sleep 0.05; done; " + probe(WORLD, PORT));
    machine().awaitReady(workspace);
    machine().crash();
    await().atMost(LocalMachine.PATIENCE).until(() -> interfaces().size() == 1);
    machine().start();
    Files.createFile(machine().folder(workspace).content().resolve("go"));
    machine().awaitEnd(workspace);
    assertThat(machine().output(workspace)).contains("open " + WORLD);
    machine().runtime().remove(workspace);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine().seen(workspace).equals(Observation.ABSENT));
    machine().crash();
    await().atMost(LocalMachine.PATIENCE).until(() -> interfaces().isEmpty());
    machine().start();
  }

  @Test
  void rulesGoWithTheLastNetwork() throws Exception {
    assertThat(run(host, "nft list tables")).contains("atelier-at");
    machine().crash();
    await()
        .atMost(LocalMachine.PATIENCE)
        .untilAsserted(() -> assertThat(run(host, "nft list tables")).isEmpty());
    machine().start();
  }

  @Test
  void aRangeThatTheMachineUsesIsRefused() throws Exception {
    run(host, "ip route add 10.215.7.0/24 via " + WORLD);
    LocalRuntimeSettings asked =
        machine().settings().withVethRange(Optional.of(PrivateRange.parse("10.215.0.0/16")));
    assertThat(Machine.find(asked, data.resolve("other"), host).networks()).isEmpty();
  }

  @Test
  void neighboursOfAnotherManagerCannotBeReached() throws Exception {
    Path folder = Files.createDirectory(data.resolve("second"));
    FileTree.makePassable(data);
    try (LocalMachine second = new LocalMachine(folder)) {
      second.in(host).with(machine().settings());
      second.start();
      String serve = "echo up; exec python3 -c '" + SERVER + "'";
      Workspace theirs = second.running("theirs", serve);
      second.awaitOutput(theirs, "up");
      await().atMost(LocalMachine.PATIENCE).until(() -> ports(second, theirs).contains(PORT));
      String address = address(second, theirs);
      assertThat(address).startsWith("10.216.");
      String end = address.replaceFirst("2$", "1");
      String tries = String.join("; ", probe(WORLD, PORT), probe(address, PORT), probe(end, PORT));
      assertThat(result("two", tries).lines())
          .containsExactly("open " + WORLD, "closed " + address, "closed " + end, "done");

      // Nor by a program of an unprivileged user's, such as another manager's pasta.
      String connect =
          "timeout 5 bash -c 'exec 3<>/dev/tcp/%s/%d' 2>/dev/null".formatted(address, PORT);
      assertThat(run(host, connect + " && echo open")).contains("open");
      assertThat(
              run(
                  host,
                  "setpriv --reuid 33333 --regid 33333 --clear-groups "
                      + connect
                      + " || echo closed"))
          .contains("closed");
    }
  }

  private static Set<Integer> ports(LocalMachine machine, Workspace workspace) throws Exception {
    return new ReadinessProbe(null, machine.machine())
        .ports(machine.folder(workspace).child().orElseThrow());
  }

  private static String address(LocalMachine machine, Workspace workspace) throws Exception {
    String child = "/proc/" + machine.folder(workspace).child().orElseThrow() + "/ns/net";
    return run(List.of("nsenter", "--net=" + child), "ip -o -4 addr show dev eth0")
        .replaceFirst("(?s).*inet ([0-9.]+)/.*", "$1");
  }
}
