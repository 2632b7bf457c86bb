// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.AdmissionLevel;
import dev.atelier.proto.wsman.ControlAdmissionRequest;
import dev.atelier.proto.wsman.ControlPortRequest;
import dev.atelier.proto.wsman.PortProtocol;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.PortVisibility;
import dev.atelier.proto.wsman.SetTimeoutRequest;
import dev.atelier.proto.wsman.TimeoutType;
import dev.atelier.proto.wsman.UpdateSSHKeyRequest;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Commands that change a running instance; each answers nothing. */
final class ChangeCommands {
  private ChangeCommands() {}

  /** How long it may be inactive. */
  static final class Timeout implements Command {
    @Override
    public CommandSpec spec() {
      return Options.command("timeout", "Sets how long an instance may be inactive.")
          .addPositional(Options.id())
          .addPositional(Options.parameter(1, "DURATION", "such as 45m or 1h30m"))
          .addOption(
              Options.flag("--closed", "the timeout once its user has left; 0 switches it off"));
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      boolean closed = Options.isSet(given, "--closed");
      SetTimeoutRequest request =
          SetTimeoutRequest.newBuilder()
              .setId(Options.parameter(given, 0))
              .setDuration(Options.parameter(given, 1))
              .setType(closed ? TimeoutType.CLOSED_TIMEOUT : TimeoutType.WORKSPACE_TIMEOUT)
              .build();
      session.output().answer(session.quickCalls().setTimeout(request), "");
      return Exit.OK;
    }
  }

  /** Which ports are reached from outside, and by whom. */
  static final class Port implements Command {
    @Override
    public CommandSpec spec() {
      return Options.command("port", "Exposes a port, changes how it is exposed, or hides it.")
          .addPositional(Options.id())
          .addPositional(Options.parameter(1, "PORT", "1 to 65535"))
          .addOption(Options.flag("--public", "anyone may use it"))
          .addOption(Options.flag("--https", "it speaks HTTPS"))
          .addOption(Options.flag("--hide", "it is not exposed any more"));
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      PortSpec.Builder port =
          PortSpec.newBuilder().setPort(StartRequests.port(Options.parameter(given, 1)));
      if (Options.isSet(given, "--public")) {
        port.setVisibility(PortVisibility.PORT_VISIBILITY_PUBLIC);
      }
      if (Options.isSet(given, "--https")) {
        port.setProtocol(PortProtocol.PORT_PROTOCOL_HTTPS);
      }
      ControlPortRequest request =
          ControlPortRequest.newBuilder()
              .setId(Options.parameter(given, 0))
              .setExpose(!Options.isSet(given, "--hide"))
              .setSpec(port)
              .build();
      session.output().answer(session.quickCalls().controlPort(request), "");
      return Exit.OK;
    }
  }

  /** Who may enter. */
  static final class Admission implements Command {
    /** As people say it. */
    enum Level {
      owner,
      everyone
    }

    @Override
    public CommandSpec spec() {
      return Options.command("admission", "Chooses who may enter an instance.")
          .addPositional(Options.id())
          .addPositional(
              PositionalParamSpec.builder()
                  .index("1")
                  .arity("1")
                  .required(true)
                  .type(Level.class)
                  .paramLabel("LEVEL")
                  .description("owner: who has the owner token; everyone: anyone")
                  .build());
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      Level level = given.matchedPositionalValue(1, Level.owner);
      ControlAdmissionRequest request =
          ControlAdmissionRequest.newBuilder()
              .setId(Options.parameter(given, 0))
              .setLevel(
                  switch (level) {
                    case owner -> AdmissionLevel.ADMIT_OWNER_ONLY;
                    case everyone -> AdmissionLevel.ADMIT_EVERYONE;
                  })
              .build();
      session.output().answer(session.quickCalls().controlAdmission(request), "");
      return Exit.OK;
    }
  }

  /** Who may log in. */
  static final class SshKey implements Command {
    @Override
    public CommandSpec spec() {
      return Options.command("ssh-key", "Replaces the SSH keys that may log in to an instance.")
          .addPositional(Options.id())
          .addPositional(
              PositionalParamSpec.builder()
                  .index("1..*")
                  .arity("1..*")
                  .required(true)
                  .type(List.class)
                  .auxiliaryTypes(String.class)
                  .paramLabel("FILE")
                  .description("public keys, one a line; - is the input")
                  .build());
    }

    @Override
    public Exit run(ParseResult given, Session session) throws CommandFault {
      List<String> files = given.matchedPositionalValue(1, List.of());
      List<String> keys = new ArrayList<>();
      for (String file : files) {
        keys.addAll(StartRequests.keys("FILE", file, session.in()));
      }
      UpdateSSHKeyRequest request =
          UpdateSSHKeyRequest.newBuilder()
              .setId(Options.parameter(given, 0))
              .addAllKeys(keys)
              .build();
      session.output().answer(session.quickCalls().updateSSHKey(request), "");
      return Exit.OK;
    }
  }
}
