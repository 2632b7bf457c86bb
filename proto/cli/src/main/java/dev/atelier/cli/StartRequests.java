// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.atelier.proto.contentservice.CloneTargetMode;
import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.FromBackupInitializer;
import dev.atelier.proto.contentservice.GitInitializer;
import dev.atelier.proto.contentservice.SnapshotInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.EnvironmentVariable;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspaceType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParseResult;

/** The request that a start's command line stands for. */
final class StartRequests {
  private StartRequests() {}

  static StartWorkspaceRequest of(ParseResult given, Session session) throws CommandFault {
    StartWorkspaceRequest.Builder request = base(given, session.in());
    String id = Options.parameter(given, 0);
    if (!id.isEmpty() || request.getId().isEmpty()) {
      request.setId(id.isEmpty() ? random() : id);
    }
    request.setType(given.matchedOptionValue("--type", request.getType()));
    WorkspaceMetadata.Builder metadata = request.getMetadataBuilder();
    if (metadata.getOwner().isEmpty()) {
      metadata.setOwner(session.setting("owner", OwnerName.of(System.getProperty("user.name"))));
    }
    metadata.setOwner(Options.option(given, "--owner", metadata.getOwner()));
    if (metadata.getMetaId().isEmpty()) {
      metadata.setMetaId(request.getId());
    }
    metadata.setMetaId(Options.option(given, "--meta-id", metadata.getMetaId()));
    if (request.getServicePrefix().isEmpty() && request.getType() == WorkspaceType.REGULAR) {
      request.setServicePrefix(metadata.getMetaId());
    }
    fill(request.getSpecBuilder(), given);
    return request.build();
  }

  private static StartWorkspaceRequest.Builder base(ParseResult given, InputStream in)
      throws CommandFault {
    StartWorkspaceRequest.Builder request = StartWorkspaceRequest.newBuilder();
    String file = Options.option(given, "--request", "");
    if (!file.isEmpty()) {
      try {
        JsonFormat.parser().merge(text("--request", file, in), request);
      } catch (InvalidProtocolBufferException e) {
        throw new CommandFault(Exit.USAGE, "--request: " + e.getMessage());
      }
    }
    return request;
  }

  private static void fill(StartWorkspaceSpec.Builder spec, ParseResult given) throws CommandFault {
    String image = spec.getWorkspaceImage().isEmpty() ? "default" : spec.getWorkspaceImage();
    spec.setWorkspaceImage(Options.option(given, "--image", image));
    String location = spec.getWorkspaceLocation().isEmpty() ? "/" : spec.getWorkspaceLocation();
    spec.setWorkspaceLocation(Options.option(given, "--location", location));
    spec.setClass_(Options.option(given, "--class", spec.getClass_()));
    spec.setTimeout(Options.option(given, "--timeout", spec.getTimeout()));
    List<WorkspaceInitializer> wanted = initializers(given);
    if (wanted.size() > 1) {
      throw new CommandFault(Exit.USAGE, "only one of --git, --snapshot and --backup");
    }
    if (!wanted.isEmpty()) {
      spec.setInitializer(wanted.get(0));
    } else if (!spec.hasInitializer()) {
      spec.getInitializerBuilder().setEmpty(EmptyInitializer.getDefaultInstance());
    }
    addVariables(spec, given);
    for (String port : Options.all(given, "--port")) {
      spec.addPorts(PortSpec.newBuilder().setPort(port(port)));
    }
    for (String file : Options.all(given, "--ssh-key")) {
      spec.addAllSshPublicKeys(keys("--ssh-key", file, InputStream.nullInputStream()));
    }
  }

  private static List<WorkspaceInitializer> initializers(ParseResult given) throws CommandFault {
    List<WorkspaceInitializer> wanted = new ArrayList<>();
    String git = Options.option(given, "--git", "");
    String snapshot = Options.option(given, "--snapshot", "");
    String branch = Options.option(given, "--branch", "");
    String commit = Options.option(given, "--commit", "");
    if (git.isEmpty() && !(branch.isEmpty() && commit.isEmpty())) {
      throw new CommandFault(Exit.USAGE, "--branch and --commit go with --git");
    }
    if (!branch.isEmpty() && !commit.isEmpty()) {
      throw new CommandFault(Exit.USAGE, "only one of --branch and --commit");
    }
    if (!git.isEmpty()) {
      GitInitializer.Builder clone =
          GitInitializer.newBuilder()
              .setRemoteUri(git)
              .setFullClone(Options.isSet(given, "--full-clone"));
      if (!branch.isEmpty()) {
        clone.setTargetMode(CloneTargetMode.REMOTE_BRANCH).setCloneTaget(branch);
      } else if (!commit.isEmpty()) {
        clone.setTargetMode(CloneTargetMode.REMOTE_COMMIT).setCloneTaget(commit);
      }
      wanted.add(WorkspaceInitializer.newBuilder().setGit(clone).build());
    }
    if (!snapshot.isEmpty()) {
      wanted.add(
          WorkspaceInitializer.newBuilder()
              .setSnapshot(SnapshotInitializer.newBuilder().setSnapshot(snapshot))
              .build());
    }
    if (Options.isSet(given, "--backup")) {
      wanted.add(
          WorkspaceInitializer.newBuilder()
              .setBackup(FromBackupInitializer.getDefaultInstance())
              .build());
    }
    return wanted;
  }

  private static void addVariables(StartWorkspaceSpec.Builder spec, ParseResult given)
      throws CommandFault {
    String file = Options.option(given, "--env-file", "");
    if (!file.isEmpty()) {
      String text = text("--env-file", file, InputStream.nullInputStream());
      spec.addAllEnvvars(EnvironmentFile.variables(file, text));
    }
    for (String variable : Options.all(given, "--env")) {
      Map.Entry<String, String> pair = Options.pair("--env", variable);
      spec.addEnvvars(
          EnvironmentVariable.newBuilder().setName(pair.getKey()).setValue(pair.getValue()));
    }
  }

  static int port(String text) throws CommandFault {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new CommandFault(Exit.USAGE, "PORT: " + text + " is not a number");
    }
  }

  /** Public keys, one a line, as in authorized_keys. */
  static List<String> keys(String option, String file, InputStream in) throws CommandFault {
    return text(option, file, in)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  private static String text(String option, String file, InputStream in) throws CommandFault {
    try {
      return file.equals("-")
          ? new String(in.readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new CommandFault(Exit.USAGE, option + ": cannot read " + file);
    }
  }

  private static String random() {
    SecureRandom random = new SecureRandom();
    StringBuilder id = new StringBuilder("ws-");
    for (int i = 0; i < 10; i++) {
      id.append((char) ('a' + random.nextInt(26)));
    }
    return id.toString();
  }
}
