// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.ContentSandbox;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs programs as this very process: whoever starts the agent has put it where it is, as the
 * instance's user. They end with the thread that starts them.
 */
final class AgentSandbox implements ContentSandbox {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Path folder;
  private final Path home;
  private final List<String> prefix;

  /**
   * On one folder.
   *
   * @param home of the programs; need not exist
   */
  AgentSandbox(Path folder, Path home) {
    this.folder = folder.toAbsolutePath().normalize();
    this.home = home.toAbsolutePath().normalize();
    this.prefix =
        program("setpriv")
            .map(setpriv -> List.of(setpriv, "--pdeathsig", "KILL", "--"))
            .orElse(List.of());
  }

  private static Optional<String> program(String name) {
    for (String part : PATH.split(":", -1)) {
      if (Files.isExecutable(Path.of(part, name))) {
        return Optional.of(part + File.separator + name);
      }
    }
    return Optional.empty();
  }

  @Override
  public String workspaceFolder() {
    return folder.toString();
  }

  /** A pod may not make networks: every program has the pod's. */
  @Override
  public Process start(
      List<String> command, Map<String, String> environment, String directory, Network network)
      throws IOException {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.resolve(directory).toFile());
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.put("PATH", PATH);
    variables.put("HOME", home.toString());
    variables.put("USER", "workspace");
    variables.put("LANG", "C.UTF-8");
    variables.putAll(environment);
    return new ProcessWithChildren(builder.start());
  }
}
