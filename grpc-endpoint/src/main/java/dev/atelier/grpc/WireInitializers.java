// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.contentservice.CompositeInitializer;
import dev.atelier.proto.contentservice.FileDownloadInitializer;
import dev.atelier.proto.contentservice.GitAuthMethod;
import dev.atelier.proto.contentservice.GitConfig;
import dev.atelier.proto.contentservice.GitInitializer;
import dev.atelier.proto.contentservice.PrebuildInitializer;
import dev.atelier.proto.contentservice.SnapshotInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one request's initializer. */
final class WireInitializers {
  /** Composites inside of composites; protobuf's own limit is some 48. */
  static final int MAX_DEPTH = 16;

  /** Initializers of one request; an empty one costs its sender two bytes. */
  static final int MAX_STEPS = 1_000;

  private final Unreadable unreadable;
  private int steps;

  WireInitializers(Unreadable unreadable) {
    this.unreadable = unreadable;
  }

  Initializer read(String field, WorkspaceInitializer initializer) {
    return read(field, initializer, 0);
  }

  private Initializer read(String field, WorkspaceInitializer wire, int depth) {
    return switch (wire.getSpecCase()) {
      case EMPTY, SPEC_NOT_SET -> new Initializer.Empty();
      case GIT -> git(field + ".git", wire.getGit());
      case SNAPSHOT -> snapshot(wire.getSnapshot());
      case PREBUILD -> prebuild(field + ".prebuild", wire.getPrebuild());
      case COMPOSITE -> composite(field + ".composite", wire.getComposite(), depth + 1);
      case DOWNLOAD -> download(wire.getDownload());
      case BACKUP ->
          new Initializer.Backup(
              wire.getBackup().getCheckoutLocation(), wire.getBackup().getFromVolumeSnapshot());
    };
  }

  private Initializer composite(String field, CompositeInitializer wire, int depth) {
    if (depth > MAX_DEPTH) {
      unreadable.add(field, "composites nested more than " + MAX_DEPTH + " deep");
      return new Initializer.Empty();
    }
    List<Initializer> initializers = new ArrayList<>();
    for (int i = 0; i < wire.getInitializerCount(); i++) {
      if (tooMany(field)) {
        break;
      }
      initializers.add(read(field + ".initializer[" + i + "]", wire.getInitializer(i), depth));
    }
    return new Initializer.Composite(initializers);
  }

  private Initializer.Git git(String field, GitInitializer wire) {
    CloneTargetMode mode =
        unreadable.known(
            field + ".target_mode",
            wire.getTargetModeValue(),
            dev.atelier.proto.contentservice.CloneTargetMode.values(),
            targetMode(wire.getTargetMode()));
    GitConfig config = wire.getConfig();
    GitAuthentication.Method method =
        unreadable.known(
            field + ".config.authentication",
            config.getAuthenticationValue(),
            GitAuthMethod.values(),
            authentication(config.getAuthentication()));
    return new Initializer.Git(
        wire.getRemoteUri(),
        wire.getUpstreamRemoteUri(),
        mode == null ? CloneTargetMode.REMOTE_HEAD : mode,
        wire.getCloneTaget(),
        wire.getCheckoutLocation(),
        config.getCustomConfigMap(),
        new GitAuthentication(
            method == null ? GitAuthentication.Method.NONE : method,
            config.getAuthUser(),
            config.getAuthPassword(),
            config.getAuthOts()),
        wire.getFullClone());
  }

  private static Initializer.Snapshot snapshot(SnapshotInitializer wire) {
    return new Initializer.Snapshot(wire.getSnapshot(), wire.getFromVolumeSnapshot());
  }

  private Initializer prebuild(String field, PrebuildInitializer wire) {
    List<Initializer.Git> git = new ArrayList<>();
    for (int i = 0; i < wire.getGitCount(); i++) {
      if (tooMany(field)) {
        break;
      }
      git.add(git(field + ".git[" + i + "]", wire.getGit(i)));
    }
    return new Initializer.Prebuild(
        wire.hasPrebuild() ? Optional.of(snapshot(wire.getPrebuild())) : Optional.empty(), git);
  }

  private static Initializer download(FileDownloadInitializer wire) {
    return new Initializer.Download(
        wire.getFilesList().stream()
            .map(
                file ->
                    new Initializer.FileInfo(file.getUrl(), file.getFilePath(), file.getDigest()))
            .toList(),
        wire.getTargetLocation());
  }

  private boolean tooMany(String field) {
    if (++steps == MAX_STEPS + 1) {
      unreadable.add(field, "more than " + MAX_STEPS + " initializers");
    }
    return steps > MAX_STEPS;
  }

  private static CloneTargetMode targetMode(dev.atelier.proto.contentservice.CloneTargetMode wire) {
    return switch (wire) {
      case REMOTE_HEAD -> CloneTargetMode.REMOTE_HEAD;
      case REMOTE_COMMIT -> CloneTargetMode.REMOTE_COMMIT;
      case REMOTE_BRANCH -> CloneTargetMode.REMOTE_BRANCH;
      case LOCAL_BRANCH -> CloneTargetMode.LOCAL_BRANCH;
      case UNRECOGNIZED -> null;
    };
  }

  private static GitAuthentication.Method authentication(GitAuthMethod wire) {
    return switch (wire) {
      case NO_AUTH -> GitAuthentication.Method.NONE;
      case BASIC_AUTH -> GitAuthentication.Method.BASIC;
      case BASIC_AUTH_OTS -> GitAuthentication.Method.ONE_TIME_SECRET;
      case UNRECOGNIZED -> null;
    };
  }
}
