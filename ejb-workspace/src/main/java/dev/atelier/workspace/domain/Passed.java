// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.List;

/**
 * A status that an instance had before its present one, of which everyone has to be told who was
 * not told at the time: with the record that names it, whoever reads that alone.
 *
 * @param phase how far it had come
 * @param version the status version that it had then
 * @param message what it said to people
 * @param conditions what held of it
 */
public record Passed(Phase phase, long version, String message, Conditions conditions) {

  /**
   * What an instance that stops now passes: clients wait for the snapshot in a status that is
   * STOPPING.
   *
   * @param stopping its state so far, as it was told
   */
  static List<Passed> before(Workspace stopping) {
    WorkspaceStatus status = stopping.status();
    return status.conditions().snapshot().isEmpty()
        ? List.of()
        : List.of(
            new Passed(status.phase(), stopping.version(), status.message(), status.conditions()));
  }

  /** The same of one whose record does not say it: an older manager wrote it. */
  private static List<Passed> made(Workspace stopped) {
    Conditions conditions = stopped.status().conditions();
    return stopped.stopped() && !conditions.snapshot().isEmpty()
        ? List.of(new Passed(Phase.STOPPING, stopped.version() - 1, "", conditions))
        : List.of();
  }

  /** The states of which is told before that of {@code present}, oldest first. */
  static List<Workspace> of(Workspace present) {
    List<Passed> recorded = present.status().progress().passed();
    return (recorded.isEmpty() ? made(present) : recorded)
        .stream().map(passed -> passed.state(present)).toList();
  }

  private Workspace state(Workspace present) {
    WorkspaceStatus status = present.status();
    return present.with(
        w ->
            w.version(version)
                .status(
                    status.with(
                        s ->
                            s.phase(phase)
                                .message(message)
                                .conditions(conditions)
                                .progress(status.progress().withPassed(List.of())))));
  }
}
