// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.domain.GitStatus;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs that work on content reach, tried from inside of their real sandbox. */
class ContentNetworkTest {
  @TempDir Path data;
  private final ExecutorService spawner = Executors.newSingleThreadExecutor();
  private LocalContentSandbox sandbox;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(LocalMachine.has("bwrap", "what programs on content reach"));
    LocalRuntimeSettings settings = LocalRuntimeSettings.DEFAULT;
    Machine machine = Machine.find(settings, data);
    LeftOut.unless(
        machine.offline(),
        "bubblewrap cannot make networks here",
        "what programs on content reach");
    InstanceFolder folder = new InstanceFolder(data, "one");
    for (Path path = folder.root(); !path.equals(data.getParent()); path = path.getParent()) {
      FileTree.makePassable(path);
    }
    FileTree.make(folder.content(), machine);
    FileTree.make(folder.contentHome(), machine);
    sandbox =
        new LocalContentSandbox(new Sandbox(machine, settings, data), folder, List.of(), spawner);
  }

  @AfterEach
  void close() {
    spawner.shutdown();
  }

  private String run(String script, Network network, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    Process process = sandbox.start(command, Map.of(), "", network);
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }

  @Test
  void whatNeedsNoNetworkReachesNothingOfThisMachine() throws Exception {
    try (ServerSocket manager = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String probe = SandboxTest.probe("127.0.0.1", manager.getLocalPort());
      assertThat(run(probe, Network.NONE)).isEqualTo("closed 127.0.0.1");
      assertThat(run("tail -n +3 /proc/net/dev | cut -d : -f 1", Network.NONE)).isEqualTo("lo");
      // The same probe where a network was asked for: the trap is real.
      assertThat(run(probe, Network.HOST)).isEqualTo("open 127.0.0.1");
    }
  }

  @Test
  void statusOfARepositoryThatNamesProgramsReachesNobody() throws Exception {
    String hostile =
        """
        git init -q -b main . && printf 'f filter=\\377\\n' >.gitattributes && echo x >f &&
        git add f && git -c user.name=A -c user.email=a@example.org commit -qm One &&
        printf '[filter "\\377"]\\n\\tclean = sh /workspace/probe\\n' >>.git/config &&
        printf '%s' "$1" >probe && echo y >f && echo made
        """;
    try (ServerSocket manager = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String probe = SandboxTest.probe("127.0.0.1", manager.getLocalPort());
      assertThat(run(hostile, Network.NONE, probe)).isEqualTo("made");
      ContentInitialization content =
          new ContentInitialization(
              ContentSettings.defaults(true), null, InstantSource.system(), Thread::new);
      GitStatus status = content.status(sandbox, "");
      assertThat(status.uncommittedFiles()).containsExactly("f");
      assertThat(status.untrackedFiles()).containsExactly(".gitattributes", "probe");
      manager.setSoTimeout(1);
      assertThatThrownBy(manager::accept).isInstanceOf(SocketTimeoutException.class);
      // Git itself, with a network, does run it: the trap is real.
      run("git status", Network.HOST);
      manager.setSoTimeout(10_000);
      manager.accept().close();
    }
  }
}
