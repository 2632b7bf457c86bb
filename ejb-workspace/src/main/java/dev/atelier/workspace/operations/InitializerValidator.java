// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.SnapshotUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Checks initializers, and makes their paths relative to the workspace folder. */
final class InitializerValidator {
  /** Nested deeper than any sensible one. */
  static final int MAX_DEPTH = 16;

  private static final Pattern DIGEST =
      Pattern.compile("sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}");
  private static final Pattern CONFIG_KEY =
      Pattern.compile("[A-Za-z0-9-]+(\\.[^\\p{Cntrl}]+)?\\.[A-Za-z][A-Za-z0-9-]*");

  /** What git refuses in names of references, and what it would take for an option. */
  private static final Pattern NO_REVISION =
      Pattern.compile("^-|[\\p{Cntrl} ~^:?*\\[\\\\]|\\.\\.|@\\{|//|/$|\\.lock$|\\.$");

  private final Set<String> gitSchemes;
  private final Violations violations;

  InitializerValidator(Set<String> gitSchemes, Violations violations) {
    this.gitSchemes = new TreeSet<>(gitSchemes);
    this.violations = violations;
  }

  Initializer validated(String field, Initializer initializer) {
    return validated(field, initializer, 0);
  }

  private Initializer validated(String field, Initializer initializer, int depth) {
    if (depth > MAX_DEPTH) {
      violations.add(field, "is nested deeper than " + MAX_DEPTH + " levels");
      return initializer;
    }
    if (initializer instanceof Initializer.Git git) {
      return git(field + ".git", git);
    }
    if (initializer instanceof Initializer.Download download) {
      return download(field + ".download", download);
    }
    if (initializer instanceof Initializer.Composite composite) {
      List<Initializer> nested = new ArrayList<>();
      for (int i = 0; i < composite.initializers().size(); i++) {
        violations.check(
            i == 0 || !fillsTheFolder(composite.initializers().get(i)),
            field + ".composite.initializer[" + i + "]",
            "must come first: it fills the whole folder");
        nested.add(
            validated(
                field + ".composite.initializer[" + i + "]",
                composite.initializers().get(i),
                depth + 1));
      }
      return new Initializer.Composite(nested);
    }
    if (initializer instanceof Initializer.Prebuild prebuild) {
      return prebuild(field + ".prebuild", prebuild);
    }
    if (initializer instanceof Initializer.Snapshot snapshot) {
      if (violations.present(field + ".snapshot.snapshot", snapshot.snapshot())) {
        snapshot(field + ".snapshot.snapshot", snapshot);
      }
      return snapshot;
    }
    if (initializer instanceof Initializer.Backup backup) {
      return new Initializer.Backup(
          violations.path(field + ".backup.checkout_location", backup.checkoutLocation()),
          backup.fromVolumeSnapshot());
    }
    return initializer;
  }

  private static boolean fillsTheFolder(Initializer initializer) {
    return initializer instanceof Initializer.Snapshot
        || initializer instanceof Initializer.Backup
        || (initializer instanceof Initializer.Prebuild prebuild
            && prebuild.prebuild().filter(named -> !named.snapshot().isEmpty()).isPresent())
        || (initializer instanceof Initializer.Composite nested
            && nested.initializers().stream().anyMatch(InitializerValidator::fillsTheFolder));
  }

  /** A name that TakeSnapshot has answered, or one of a volume snapshot. */
  private void snapshot(String field, Initializer.Snapshot snapshot) {
    if (snapshot.fromVolumeSnapshot()) {
      violations.text(field, snapshot.snapshot());
    } else {
      violations.check(
          SnapshotUrl.parse(snapshot.snapshot()).isPresent(),
          field,
          "is not a snapshot's URL, as TakeSnapshot answers it");
    }
  }

  private Initializer.Prebuild prebuild(String field, Initializer.Prebuild prebuild) {
    List<Initializer.Git> git = new ArrayList<>();
    for (int i = 0; i < prebuild.git().size(); i++) {
      git.add(git(field + ".git[" + i + "]", prebuild.git().get(i)));
    }
    Optional<Initializer.Snapshot> snapshot =
        prebuild.prebuild().filter(named -> !named.snapshot().isEmpty());
    snapshot.ifPresent(named -> snapshot(field + ".prebuild.snapshot", named));
    return new Initializer.Prebuild(snapshot, git);
  }

  private Initializer.Git git(String field, Initializer.Git git) {
    violations.gitUrl(field + ".remote_uri", git.remoteUri(), gitSchemes);
    if (!git.upstreamRemoteUri().isEmpty()) {
      violations.gitUrl(field + ".upstream_Remote_uri", git.upstreamRemoteUri(), gitSchemes);
    }
    target(field + ".clone_taget", git);
    config(field + ".config.custom_config", git.customConfig());
    authentication(field + ".config", git.authentication());
    return new Initializer.Git(
        git.remoteUri(),
        git.upstreamRemoteUri(),
        git.targetMode() == null ? CloneTargetMode.REMOTE_HEAD : git.targetMode(),
        git.cloneTarget(),
        violations.path(field + ".checkout_location", git.checkoutLocation()),
        git.customConfig(),
        git.authentication(),
        git.fullClone());
  }

  private void target(String field, Initializer.Git git) {
    String target = git.cloneTarget();
    boolean needed =
        git.targetMode() == CloneTargetMode.REMOTE_COMMIT
            || git.targetMode() == CloneTargetMode.LOCAL_BRANCH;
    if (target.isEmpty()) {
      violations.check(!needed, field, "is missing: the target mode needs one");
    } else if (violations.text(field, target)) {
      violations.check(
          target.length() <= 1024 && !NO_REVISION.matcher(target).find(),
          field,
          "must be a branch or a commit");
    }
  }

  private void config(String field, Map<String, String> config) {
    violations.size(field, config.keySet());
    violations.size(field, config.values());
    config.forEach(
        (key, value) -> {
          violations.check(
              CONFIG_KEY.matcher(key).matches(), field, "has a key that is not section.name");
          violations.check(value.indexOf('\0') < 0, field, "has a value with a NUL in it");
        });
  }

  private void authentication(String field, GitAuthentication authentication) {
    violations.text(field + ".auth_user", authentication.user());
    violations.text(field + ".auth_password", authentication.password());
    if (authentication.method() == GitAuthentication.Method.ONE_TIME_SECRET) {
      violations.webUrl(field + ".auth_ots", authentication.oneTimeSecretUrl());
    }
  }

  private Initializer.Download download(String field, Initializer.Download download) {
    List<Initializer.FileInfo> files = new ArrayList<>();
    for (int i = 0; i < download.files().size(); i++) {
      Initializer.FileInfo file = download.files().get(i);
      String at = field + ".files[" + i + "]";
      violations.webUrl(at + ".url", file.url());
      violations.check(
          DIGEST.matcher(file.digest()).matches(),
          at + ".digest",
          "must be sha256: or sha512: followed by all hexadecimal digits");
      String path = violations.path(at + ".file_path", relative(file.filePath()));
      violations.check(!path.isEmpty(), at + ".file_path", "must name a file");
      files.add(new Initializer.FileInfo(file.url(), path, file.digest()));
    }
    return new Initializer.Download(
        files, violations.path(field + ".target_location", download.targetLocation()));
  }

  /** A file's path is relative to its download's target, an absolute one to that too. */
  private static String relative(String path) {
    return path.startsWith("/") && !path.startsWith("/workspace/") ? path.substring(1) : path;
  }
}
