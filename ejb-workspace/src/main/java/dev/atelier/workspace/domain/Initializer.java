// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the content of an instance comes to be. All paths are relative to the workspace folder, with
 * {@code /} between names, empty for the folder itself, and never lead out of it.
 */
public sealed interface Initializer {

  /** Leaves the folder as it is. */
  record Empty() implements Initializer {}

  /**
   * Clones a git repository.
   *
   * @param remoteUri where from: an http, https or (by configuration) ssh URL
   * @param upstreamRemoteUri becomes remote {@code upstream}; empty: none
   * @param targetMode what {@code cloneTarget} means
   * @param cloneTarget branch or commit; empty with {@link CloneTargetMode#REMOTE_HEAD}
   * @param checkoutLocation the folder to fill
   * @param customConfig git configuration of the checkout, key to value
   * @param authentication for {@code remoteUri}'s scheme, host and port alone
   * @param fullClone the whole history instead of the last commit
   */
  record Git(
      String remoteUri,
      String upstreamRemoteUri,
      CloneTargetMode targetMode,
      String cloneTarget,
      String checkoutLocation,
      Map<String, String> customConfig,
      GitAuthentication authentication,
      boolean fullClone)
      implements Initializer {
    /** Copies what was given. */
    public Git {
      customConfig = Map.copyOf(customConfig);
    }
  }

  /**
   * Fetches files.
   *
   * @param files each by itself, in order
   * @param targetLocation the folder that their paths are relative to
   */
  record Download(List<FileInfo> files, String targetLocation) implements Initializer {
    /** Copies what was given. */
    public Download {
      files = List.copyOf(files);
    }
  }

  /**
   * One file of a {@link Download}.
   *
   * @param url an http or https URL
   * @param filePath relative to the download's target
   * @param digest {@code sha256:} or {@code sha512:} and all hexadecimal digits
   */
  record FileInfo(String url, String filePath, String digest) {}

  /**
   * Unpacks a snapshot.
   *
   * @param snapshot the URL that TakeSnapshot answered
   * @param fromVolumeSnapshot the name of a CSI volume snapshot is meant instead
   */
  record Snapshot(String snapshot, boolean fromVolumeSnapshot) implements Initializer {}

  /**
   * Unpacks a prebuild's snapshot, or does its git steps where that cannot be had, and then brings
   * the checkouts to the revisions that the git steps ask for.
   *
   * @param prebuild the snapshot; empty: the git steps alone
   * @param git in order
   */
  record Prebuild(Optional<Snapshot> prebuild, List<Git> git) implements Initializer {
    /** Copies what was given. */
    public Prebuild {
      git = List.copyOf(git);
    }
  }

  /**
   * Several initializers in order.
   *
   * @param initializers at least none
   */
  record Composite(List<Initializer> initializers) implements Initializer {
    /** Copies what was given. */
    public Composite {
      initializers = List.copyOf(initializers);
    }
  }

  /**
   * Unpacks the last backup of owner and meta id.
   *
   * @param checkoutLocation where git status looks; moves nothing
   * @param fromVolumeSnapshot the backup is a CSI volume snapshot
   */
  record Backup(String checkoutLocation, boolean fromVolumeSnapshot) implements Initializer {}

  /** The same without any credential, as it may be shown and kept. */
  default Initializer withoutCredentials() {
    if (this instanceof Git git) {
      return new Git(
          git.remoteUri,
          git.upstreamRemoteUri,
          git.targetMode,
          git.cloneTarget,
          git.checkoutLocation,
          git.customConfig,
          GitAuthentication.NONE,
          git.fullClone);
    }
    if (this instanceof Prebuild prebuild) {
      return new Prebuild(
          prebuild.prebuild,
          prebuild.git.stream().map(git -> (Git) git.withoutCredentials()).toList());
    }
    if (this instanceof Composite composite) {
      return new Composite(
          composite.initializers.stream().map(Initializer::withoutCredentials).toList());
    }
    return this;
  }

  /** Its git steps in the order in which they are done, at any depth. */
  default Stream<Git> gitSteps() {
    if (this instanceof Git git) {
      return Stream.of(git);
    }
    if (this instanceof Prebuild prebuild) {
      return prebuild.git.stream();
    }
    if (this instanceof Composite composite) {
      return composite.initializers.stream().flatMap(Initializer::gitSteps);
    }
    return Stream.empty();
  }

  /** The snapshots that it starts from, those of prebuilds included, at any depth. */
  default List<SnapshotUrl> snapshotUrls() {
    return snapshots().flatMap(url -> SnapshotUrl.parse(url.snapshot).stream()).toList();
  }

  /** Whether it can do without that snapshot: a prebuild falls back to its git steps. */
  default boolean optional(SnapshotUrl url) {
    if (this instanceof Composite composite) {
      return composite.initializers.stream().allMatch(one -> one.optional(url));
    }
    return !(this instanceof Snapshot snapshot && snapshot.snapshot.equals(url.toString()));
  }

  private Stream<Snapshot> snapshots() {
    if (this instanceof Snapshot snapshot) {
      return Stream.of(snapshot);
    }
    if (this instanceof Prebuild prebuild) {
      return prebuild.prebuild.stream();
    }
    if (this instanceof Composite composite) {
      return composite.initializers.stream().flatMap(Initializer::snapshots);
    }
    return Stream.empty();
  }

  /** Where its checkouts lie, in the order of its steps, each once. */
  default List<String> checkoutLocations() {
    return checkouts().distinct().toList();
  }

  private Stream<String> checkouts() {
    if (this instanceof Backup backup) {
      return Stream.of(backup.checkoutLocation);
    }
    if (this instanceof Composite composite) {
      return composite.initializers.stream().flatMap(Initializer::checkouts);
    }
    return gitSteps().map(Git::checkoutLocation);
  }
}
