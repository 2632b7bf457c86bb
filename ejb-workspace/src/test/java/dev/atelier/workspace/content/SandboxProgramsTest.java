// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Sink;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SandboxProgramsTest {
  private static final Program TRUE =
      new Program(List.of("true"), Map.of(), "", Duration.ofMinutes(1));

  /** Starts nothing, and says why not. */
  private record Refusing(boolean interrupted) implements ContentSandbox {
    @Override
    public String workspaceFolder() {
      return "/workspace";
    }

    @Override
    public Process start(
        List<String> command, Map<String, String> environment, String directory, Network network)
        throws IOException {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("not started");
    }
  }

  private static void run(boolean interrupted) throws Exception {
    Sink nobody = output -> {};
    assertThat(
            new SandboxPrograms(new Refusing(interrupted), Thread::new)
                .run(TRUE, Source.NONE, nobody, nobody))
        .isZero();
  }

  @Test
  void anInterruptWhileItIsStartedIsNoFaultOfTheProgram() {
    assertThatThrownBy(() -> run(true)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aProgramThatCannotBeStartedIsAFault() {
    assertThatThrownBy(() -> run(false)).isInstanceOf(IOException.class).hasMessage("not started");
  }
}
