// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.client.StartAndWait;
import dev.atelier.client.StartFailed;
import dev.atelier.client.StartTimedOut;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceResponse;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.proto.wsman.WorkspaceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Starts an instance and, unless told otherwise, waits until it runs. */
final class StartCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command("start", "Starts an instance and waits until it runs, with progress.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .paramLabel("ID")
            .description("name of the new instance (a random one)")
            .build());
    spec.addOption(Options.text("--owner", "OWNER", "to whom it belongs (you)"))
        .addOption(Options.text("--meta-id", "ID", "the workspace it is a run of (ID)"))
        .addOption(Options.text("--git", "URL", "clone this repository"))
        .addOption(Options.text("--branch", "NAME", "with --git: this branch"))
        .addOption(Options.text("--commit", "HASH", "with --git: this commit"))
        .addOption(Options.flag("--full-clone", "with --git: the whole history"))
        .addOption(Options.text("--snapshot", "URL", "begin from this snapshot"))
        .addOption(Options.flag("--backup", "begin from the workspace's last backup, or fail"))
        .addOption(Options.text("--image", "IMAGE", "the workspace's image (default)"))
        .addOption(Options.text("--class", "CLASS", "a class of `atelier classes`"))
        .addOption(Options.choice("--type", WorkspaceType.class, "TYPE", "REGULAR, or another"))
        .addOption(Options.text("--location", "PATH", "the folder to work in (/)"))
        .addOption(Options.several("--env", "NAME=VALUE", "a variable; repeatable"))
        .addOption(
            Options.text("--env-file", "FILE", "lines NAME=VALUE: for what others must not see"))
        .addOption(Options.several("--port", "PORT", "expose it; repeatable"))
        .addOption(Options.several("--ssh-key", "FILE", "public keys that may log in; repeatable"))
        .addOption(Options.text("--timeout", "DURATION", "of inactivity, instead of the default"))
        .addOption(
            Options.text(
                "--request",
                "FILE",
                "a StartWorkspaceRequest as JSON, - is the input; the other"
                    + " options change it"))
        .addOption(Options.flag("--no-wait", "answer at once"))
        .addOption(Options.deadline());
    return spec.addOption(Options.showToken());
  }

  @Override
  public Exit run(ParseResult given, Session session) throws CommandFault, InterruptedException {
    StartWorkspaceRequest request = StartRequests.of(given, session);
    boolean withToken = Options.isSet(given, "--show-token");
    if (Options.isSet(given, "--no-wait")) {
      StartWorkspaceResponse response =
          session.calls().withDeadlineAfter(60, TimeUnit.SECONDS).startWorkspace(request);
      new FirstActivity(request, session).mark();
      answerAtOnce(request.getId(), response, withToken, session.output());
      return Exit.OK;
    }
    Duration patience = Options.deadline(given);
    session.tell("starting " + request.getId());
    Progress progress = new Progress(session);
    FirstActivity activity = new FirstActivity(request, session);
    try {
      WorkspaceStatus status =
          StartAndWait.startAndWait(
              session.calls(),
              request,
              patience,
              told -> {
                activity.mark();
                progress.show(told);
              },
              progress::lost);
      answer(Statuses.shown(status, withToken), session.output());
      return Exit.OK;
    } catch (StartTimedOut e) {
      throw new CommandFault(Exit.LATE, e.getMessage());
    } catch (StartFailed e) {
      throw new CommandFault(Exit.WORKSPACE, e.getMessage());
    }
  }

  private static void answerAtOnce(
      String id, StartWorkspaceResponse response, boolean withToken, Output output) {
    StartWorkspaceResponse shown =
        withToken ? response : response.toBuilder().clearOwnerToken().build();
    if (output.isJson()) {
      output.json(shown);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("id", id));
    rows.add(List.of("url", shown.getUrl()));
    if (withToken) {
      rows.add(List.of("owner token", shown.getOwnerToken()));
    }
    output.table(rows);
  }

  private static void answer(WorkspaceStatus status, Output output) {
    if (output.isJson()) {
      output.json(status);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("id", status.getId()));
    rows.add(List.of("url", status.getSpec().getUrl()));
    if (!status.getAuth().getOwnerToken().isEmpty()) {
      rows.add(List.of("owner token", status.getAuth().getOwnerToken()));
    }
    output.table(rows);
  }
}
