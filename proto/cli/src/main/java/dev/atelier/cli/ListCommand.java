// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.GetWorkspacesResponse;
import dev.atelier.proto.wsman.WorkspaceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Every instance that has not STOPPED, the youngest first. */
final class ListCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Options.command("list", "Shows the instances that have not stopped.");
    Options.addFilter(spec);
    return spec.addOption(Options.showToken());
  }

  @Override
  public Exit run(ParseResult given, Session session) throws CommandFault {
    boolean withToken = Options.isSet(given, "--show-token");
    GetWorkspacesResponse response =
        session
            .quickCalls()
            .getWorkspaces(
                GetWorkspacesRequest.newBuilder().setMustMatch(Options.filter(given)).build());
    List<WorkspaceStatus> statuses =
        response.getStatusList().stream()
            .map(status -> Statuses.shown(status, withToken))
            .sorted(
                Comparator.comparingLong(
                    status -> -status.getMetadata().getStartedAt().getSeconds()))
            .toList();
    if (session.output().isJson()) {
      session.output().json(GetWorkspacesResponse.newBuilder().addAllStatus(statuses));
      return Exit.OK;
    }
    Instant now = Instant.now();
    List<List<String>> rows = new ArrayList<>();
    rows.add(Statuses.header());
    statuses.forEach(status -> rows.add(Statuses.row(status, now)));
    session.output().table(rows);
    return Exit.OK;
  }
}
