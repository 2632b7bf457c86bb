// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an instance cannot do, tried from inside. */
class SandboxTest {
  @TempDir Path data;
  private LocalMachine machine;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "what the sandbox keeps instances from"));
    LocalMachine made = new LocalMachine(data);
    made.with(made.settings().withEntries(List.of(LocalRuntimeTest.SHELL)));
    network(made);
    machine = made;
    machine.start();
  }

  /** Chooses what networks are tried. */
  void network(LocalMachine machine) throws Exception {
    assumeTrue(LocalMachine.hasPasta(data, "what the network keeps instances from"));
    machine.with(machine.settings().withNetwork(Networks.PASTA));
  }

  LocalMachine machine() {
    return machine;
  }

  @AfterEach
  void end() throws Exception {
    if (machine != null) {
      machine.close();
    }
  }

  String result(String id, String command) throws Exception {
    Workspace workspace = machine.running(id, command + "; echo done");
    machine.awaitEnd(workspace);
    assertThat(machine.output(workspace)).endsWith("done\n");
    return machine.output(workspace);
  }

  @Test
  void neighboursAreInvisible() throws Exception {
    Workspace neighbour =
        machine.running("neighbour", "echo secret >/workspace/f; echo up; sleep 31415");
    machine.awaitOutput(neighbour, "up");
    String inside =
        result(
            "curious",
            "ls -a / /workspace /home; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; ls -d "
                + data
                + " /root /run/* /var/*");
    assertThat(inside).doesNotContain("31415", "neighbour", "/run/systemd", "manager.lock");
    assertThat(inside).contains("No such file or directory");
  }

  @Test
  void rootIsReadOnlyAndNobodyIsRoot() throws Exception {
    String inside =
        result(
            "rootless",
            "id -u; id -un; grep -E 'CapEff|NoNewPrivs' /proc/self/status; touch /usr/x /etc/x /x;"
                + " touch /workspace/ok /tmp/ok $HOME/ok /dev/shm/ok && echo writable; hostname;"
                + " stat -c %u /workspace/ok");
    assertThat(inside)
        .doesNotStartWith("0\n")
        .contains("\nworkspace\n", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "writable\n")
        .contains("cannot touch '/usr/x': Read-only", "cannot touch '/x': Read-only")
        .contains("\nrootless\n");
  }

  @Test
  void itsOwnHostNameLeadsToItself() throws Exception {
    String inside = result("named", "getent hosts $(hostname); echo rc=$?; hostname -f");
    assertThat(inside).containsPattern("127\\.0\\.0\\.1 +named\nrc=0\nnamed\n");
  }

  @Test
  void placesInMemoryEndBeforeTheMemoryDoes() throws Exception {
    String fill = "dd if=/dev/zero of=%s/x bs=1M count=600 2>&1; echo rc=$?; ";
    String inside =
        result(
            "filler",
            fill.formatted("/tmp")
                + fill.formatted("/dev/shm")
                + "touch /dev/x; df --output=target,size -m /tmp /dev/shm; stat -c %a /var/tmp;"
                + " stat -f -c %T /var/tmp");
    assertThat(inside).containsPattern("(?s)No space left.*rc=1.*No space left.*rc=1");
    // Of 512 MiB.
    assertThat(inside).containsPattern("/tmp +256\n/dev/shm +128\n1777\n(?!tmpfs)");
    assertThat(inside).contains("cannot touch '/dev/x'");
  }

  @Test
  void namesAreLookedForAsOnTheMachine() {
    assertThat(
            InstanceNames.resolving(
                List.of("10.0.0.1"),
                List.of(
                    "# search nowhere",
                    "nameserver 127.0.0.53",
                    " search corp.test example.test",
                    "options\tedns0")))
        .isEqualTo("nameserver 10.0.0.1\nsearch corp.test example.test\noptions\tedns0\n");
  }

  @Test
  void nothingSecretStandsInAProcessList() throws Exception {
    Workspace workspace =
        machine.running(
            "quiet",
            "echo up; sleep 100",
            dev.atelier.workspace.domain.EnvironmentVariable.of("TOKEN", "s3cr3t-in-env"));
    machine.awaitOutput(workspace, "up");
    assertThat(LocalRuntimeTest.runs("s3cr3t-in-env")).isFalse();
  }

  @Test
  void portsOfThisMachineCannotBeReached() throws Exception {
    try (ServerSocket loopback = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ServerSocket everywhere = new ServerSocket(0)) {
      StringBuilder tries = new StringBuilder(probe("127.0.0.1", loopback.getLocalPort()));
      tries.append("; ").append(probe("[::1]", everywhere.getLocalPort()));
      tries.append("; ").append(probe("127.0.0.1", everywhere.getLocalPort()));
      for (String address : addresses()) {
        tries.append("; ").append(probe(address, everywhere.getLocalPort()));
      }
      String inside = result("intruder", tries.toString());
      assertThat(inside).contains("closed 127.0.0.1").doesNotContain("open");
    }
  }

  @Test
  void twoUseTheSamePortAndDoNotReachEachOther() throws Exception {
    String serve = "python3 -m http.server 3000 >/dev/null 2>&1 & while ! %s; do sleep 0.1; done";
    assumeTrue(LocalMachine.has("python3", "two instances that listen at the same port"));
    String up = serve.formatted("(exec 3<>/dev/tcp/127.0.0.1/3000) 2>/dev/null");
    Workspace one = machine.running("one", "bash -c '" + up + "'; echo up; sleep 100");
    Workspace two = machine.running("two", "bash -c '" + up + "'; echo up; sleep 100");
    machine.awaitOutput(one, "up");
    machine.awaitOutput(two, "up");
    StringBuilder tries = new StringBuilder(probe("127.0.0.1", 3000));
    for (String address : addresses()) {
      tries.append("; ").append(probe(address, 3000));
    }
    assertThat(result("third", tries.toString())).doesNotContain("open");
    ReadinessProbe ports = new ReadinessProbe(null, machine.machine());
    assertThat(ports.ports(machine.folder(one).child().orElseThrow())).contains(3000);
  }

  static String probe(String host, int port) {
    String address = host.replace("[", "").replace("]", "");
    return "timeout 2 bash -c 'exec 3<>/dev/tcp/%s/%d' 2>/dev/null && echo open %s || echo closed %s"
        .formatted(address, port, address, address);
  }

  private static List<String> addresses() throws IOException {
    return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
        .flatMap(NetworkInterface::inetAddresses)
        .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
        .toList();
  }

  @Test
  void linksOutOfTheWorkspaceLeadNowhere() throws Exception {
    Path secret = Files.writeString(data.resolve("manager-secret"), "not for you");
    assertThat(result("linker", "ln -s " + secret + " /workspace/l; cat /workspace/l"))
        .doesNotContain("not for you");
  }
}
