// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Works on the content of one instance, where the instance is:
 *
 * <pre>
 * ContentAgent ORDER RESULT initialize
 * ContentAgent ORDER RESULT backup
 * ContentAgent ORDER RESULT live-backup NUMBER
 * ContentAgent ORDER RESULT snapshot ID
 * ContentAgent ORDER RESULT status LOCATION
 * ContentAgent ORDER RESULT log FOLDER
 * </pre>
 *
 * <p>ORDER is the file of an {@link AgentOrder}, RESULT the one that an {@link AgentResult} goes
 * to; its outcome is the exit code too. Lines for people go to standard output. It may be ended at
 * any moment, and started again.
 */
public final class ContentAgent {
  private static final int MISUSED = 64;

  private ContentAgent() {}

  /** Does one piece of work and ends the process. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length < 3) {
      System.err.println("usage: ContentAgent ORDER RESULT initialize|backup|...");
      System.exit(MISUSED);
    }
    List<String> command = Arrays.asList(arguments).subList(2, arguments.length);
    AgentResult result = run(Path.of(arguments[0]), command);
    Files.writeString(Path.of(arguments[1]), result.text());
    System.exit(result.outcome().exitCode());
  }

  private static AgentResult run(Path file, List<String> command) {
    try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return ContentWork.attempt(
          AgentOrder.parse(text, System.getenv()), command, Optional.empty());
    } catch (IOException | IllegalArgumentException e) {
      return AgentResult.of(Outcome.FAILED, "the order cannot be read: " + e.getMessage());
    }
  }
}
