// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import io.grpc.StatusRuntimeException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * One command. Commands describe themselves to picocli without annotations: reading those takes a
 * third of the CPU time of a whole call.
 */
interface Command {
  /** Name, options and parameters. */
  CommandSpec spec();

  /**
   * Does it.
   *
   * @throws StatusRuntimeException the manager's refusal, told in {@link Exit}'s words
   */
  Exit run(ParseResult given, Session session) throws CommandFault, InterruptedException;
}
