// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.client.Watch;
import dev.atelier.proto.wsman.DescribeWorkspaceRequest;
import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.StopWorkspaceResponse;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Asks for a stop and, if told to, waits until everything is saved. */
final class StopCommand implements Command {
  @Override
  public CommandSpec spec() {
    return Options.command("stop", "Stops an instance; what is stopped or unknown is no fault.")
        .addPositional(Options.id())
        .addOption(
            Options.choice(
                "--policy",
                StopWorkspacePolicy.class,
                "POLICY",
                "NORMALLY (30 s of grace), IMMEDIATELY (1 s), or ABORT (1 s, nothing is saved)"))
        .addOption(Options.flag("--wait", "wait for STOPPED, when all is saved"))
        .addOption(Options.deadline());
  }

  @Override
  public Exit run(ParseResult given, Session session) throws CommandFault {
    String id = Options.parameter(given, 0);
    long patience = Options.deadline(given).toMillis();
    Optional<WorkspaceStatus> known =
        Options.isSet(given, "--wait") ? find(id, session) : Optional.empty();
    StopWorkspaceResponse response =
        session
            .quickCalls()
            .stopWorkspace(
                StopWorkspaceRequest.newBuilder()
                    .setId(id)
                    .setPolicy(given.matchedOptionValue("--policy", StopWorkspacePolicy.NORMALLY))
                    .build());
    if (known.isPresent()) {
      awaitEnd(known.get(), patience, session);
    }
    session.output().answer(response, "");
    return Exit.OK;
  }

  private static Optional<WorkspaceStatus> find(String id, Session session) throws CommandFault {
    try {
      return Optional.of(
          session
              .quickCalls()
              .describeWorkspace(DescribeWorkspaceRequest.newBuilder().setId(id).build())
              .getStatus());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static void awaitEnd(WorkspaceStatus known, long patience, Session session)
      throws CommandFault {
    MetadataFilter filter =
        MetadataFilter.newBuilder()
            .setOwner(known.getMetadata().getOwner())
            .setMetaId(known.getMetadata().getMetaId())
            .build();
    Progress progress = new Progress(session);
    try (Watch watch =
        Watch.open(
            session.calls().withDeadlineAfter(patience, TimeUnit.MILLISECONDS),
            filter,
            progress::lost)) {
      while (watch.hasNext()) {
        WorkspaceStatus status = watch.next();
        if (!status.getId().equals(known.getId())) {
          continue;
        }
        progress.show(status);
        if (status.getPhase() == WorkspacePhase.STOPPED) {
          String failed = status.getConditions().getFailed();
          if (!failed.isEmpty()) {
            throw new CommandFault(Exit.WORKSPACE, known.getId() + ": " + failed);
          }
          return;
        }
      }
    }
    throw new CommandFault(Exit.LATE, known.getId() + " has not stopped in time");
  }
}
