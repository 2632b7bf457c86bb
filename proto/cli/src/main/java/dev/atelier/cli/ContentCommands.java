// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.BackupWorkspaceRequest;
import dev.atelier.proto.wsman.BackupWorkspaceResponse;
import dev.atelier.proto.wsman.DescribeClusterRequest;
import dev.atelier.proto.wsman.DescribeClusterResponse;
import dev.atelier.proto.wsman.TakeSnapshotRequest;
import dev.atelier.proto.wsman.TakeSnapshotResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Commands that keep content, and the one that shows what there is to run it on. */
final class ContentCommands {
  private ContentCommands() {}

  private static WorkspaceManagerBlockingStub patient(ParseResult given, Session session)
      throws CommandFault {
    return session
        .calls()
        .withDeadlineAfter(Options.deadline(given).toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Copies the content for others to start from. */
  static final class Snapshot implements Command {
    @Override
    public CommandSpec spec() {
      return Options.command("snapshot", "Copies the content; answers a URL for --snapshot.")
          .addPositional(Options.id())
          .addOption(Options.flag("--no-wait", "answer at once, while the copy is made"))
          .addOption(Options.deadline());
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      TakeSnapshotResponse response =
          patient(given, session)
              .takeSnapshot(
                  TakeSnapshotRequest.newBuilder()
                      .setId(Options.parameter(given, 0))
                      .setReturnImmediately(Options.isSet(given, "--no-wait"))
                      .build());
      session.output().answer(response, response.getUrl());
      return Exit.OK;
    }
  }

  /** Saves the content now. */
  static final class Backup implements Command {
    @Override
    public CommandSpec spec() {
      return Options.command("backup", "Backs the content up now; answers where it is.")
          .addPositional(Options.id())
          .addOption(Options.deadline());
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      BackupWorkspaceResponse response =
          patient(given, session)
              .backupWorkspace(
                  BackupWorkspaceRequest.newBuilder().setId(Options.parameter(given, 0)).build());
      session.output().answer(response, response.getUrl());
      return Exit.OK;
    }
  }

  /** What an instance can be started with. */
  static final class Classes implements Command {
    @Override
    public CommandSpec spec() {
      return Options.command("classes", "Shows the classes; * marks the preferred one.");
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      DescribeClusterResponse response =
          session.quickCalls().describeCluster(DescribeClusterRequest.getDefaultInstance());
      if (session.output().isJson()) {
        session.output().json(response);
        return Exit.OK;
      }
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("ID", "NAME", "CREDITS/MIN", "DESCRIPTION"));
      response
          .getWorkspaceClassesList()
          .forEach(
              c ->
                  rows.add(
                      List.of(
                          c.getId().equals(response.getPreferredWorkspaceClass())
                              ? c.getId() + " *"
                              : c.getId(),
                          Statuses.plain(c.getDisplayName()),
                          Float.toString(c.getCreditsPerMinute()),
                          Statuses.plain(c.getDescription()))));
      session.output().table(rows);
      return Exit.OK;
    }
  }
}
