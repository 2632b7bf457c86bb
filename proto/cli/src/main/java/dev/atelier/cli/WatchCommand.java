// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.client.Watch;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Every change, over lost connections, until it is interrupted or what was waited for came. */
final class WatchCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
            "watch",
            "Shows the present status of instances and every change, until interrupted. Lost"
                + " connections are made again. As JSON: one object a line.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .paramLabel("ID")
            .description("only this instance, until it has stopped")
            .build());
    Options.addFilter(spec);
    spec.addOption(
        Options.choice(
            "--until", WorkspacePhase.class, "PHASE", "end when one of them is in this phase"));
    return spec.addOption(Options.showToken());
  }

  @Override
  public Exit run(ParseResult given, Session session) throws CommandFault {
    String id = Options.parameter(given, 0);
    WorkspacePhase until =
        given.matchedOptionValue(
            "--until", id.isEmpty() ? WorkspacePhase.UNKNOWN : WorkspacePhase.STOPPED);
    boolean withToken = Options.isSet(given, "--show-token");
    Watch.Lost told = (error, pause) -> session.tell(Progress.lost(error));
    try (Watch watch = Watch.open(session.calls(), Options.filter(given), told)) {
      while (watch.hasNext()) {
        WorkspaceStatus status = watch.next();
        if (!id.isEmpty() && !status.getId().equals(id)) {
          continue;
        }
        show(Statuses.shown(status, withToken), session.output());
        if (status.getPhase() == until) {
          return Exit.OK;
        }
        if (!id.isEmpty() && status.getPhase() == WorkspacePhase.STOPPED) {
          session.tell(id + " has stopped, and was not seen " + until);
          return Exit.WORKSPACE;
        }
      }
    }
    return Exit.FAILED;
  }

  private static void show(WorkspaceStatus status, Output output) {
    if (output.isJson()) {
      output.jsonLine(status);
      return;
    }
    output.line(
        "%s  %-12s  %-30s  %s"
            .formatted(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                status.getPhase(),
                status.getId(),
                Statuses.plain(Statuses.reason(status)))
            .stripTrailing());
  }
}
