// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.DescribeWorkspaceResponse;
import dev.atelier.proto.wsman.WorkspaceStatus;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** All that is known of one instance. */
final class DescribeCommand implements Command {
  @Override
  public CommandSpec spec() {
    return Options.command("describe", "Shows all that is known of an instance.")
        .addPositional(Options.id())
        .addOption(Options.showToken());
  }

  @Override
  public Exit run(ParseResult given, Session session) throws CommandFault {
    DescribeWorkspaceResponse response =
        session
            .quickCalls()
            .describeWorkspace(
                DescribeWorkspaceRequest.newBuilder().setId(Options.parameter(given, 0)).build());
    WorkspaceStatus status =
        Statuses.shown(response.getStatus(), Options.isSet(given, "--show-token"));
    if (session.output().isJson()) {
      session.output().json(response.toBuilder().setStatus(status));
    } else {
      session.output().table(Statuses.describe(status, response.getLastActivity()));
    }
    return Exit.OK;
  }
}
