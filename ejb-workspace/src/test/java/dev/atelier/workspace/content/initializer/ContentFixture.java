// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.store.FolderContentStore;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A workspace folder, a sandbox on it, and the initialization that fills it. */
final class ContentFixture {
  static final WorkspaceKey KEY = new WorkspaceKey("owner", "amber-fox");

  final FolderSandbox sandbox;
  final List<String> progress = new CopyOnWriteArrayList<>();
  final List<Duration> pauses = new CopyOnWriteArrayList<>();
  final Backups backups;
  private final ContentInitialization content;

  ContentFixture(Path parent) throws IOException {
    this(FolderSandbox.direct(parent), ContentSettings.defaults(true), AddressResolver.SYSTEM);
  }

  ContentFixture(FolderSandbox sandbox, ContentSettings settings, AddressResolver resolver)
      throws IOException {
    this.sandbox = sandbox;
    InstantSource clock = InstantSource.system();
    backups =
        new Backups(
            new FolderContentStore(sandbox.folder().resolveSibling("store"), clock),
            new Archives(ArchiveSettings.defaults(), ContentFixture::daemon),
            BackupSettings.defaults(),
            clock,
            ContentFixture::daemon,
            new Random());
    content =
        new ContentInitialization(
            settings, backups, clock, ContentFixture::daemon, resolver, pauses::add);
  }

  static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  InitializerMetrics run(Initializer initializer) throws ContentFault, InterruptedException {
    return run(WorkspaceType.IMAGEBUILD, initializer).metrics();
  }

  Initialized run(WorkspaceType type, Initializer initializer)
      throws ContentFault, InterruptedException {
    return run(type, initializer, Room.UNLIMITED);
  }

  Initialized run(WorkspaceType type, Initializer initializer, Room room)
      throws ContentFault, InterruptedException {
    return content.run(new ContentRequest(KEY, type, initializer, room), sandbox, progress::add);
  }

  GitStatus status(String folder) throws ContentFault, InterruptedException {
    return content.status(sandbox, folder);
  }

  Path file(String path) {
    return sandbox.folder().resolve(path);
  }

  String git(String folder, String... arguments) throws IOException, InterruptedException {
    return Repositories.git(sandbox.folder().resolve(folder), arguments);
  }

  static Initializer.Git head(String url, String folder) {
    return git(url, CloneTargetMode.REMOTE_HEAD, "", folder);
  }

  static Initializer.Git git(String url, CloneTargetMode mode, String target, String folder) {
    return new Initializer.Git(
        url, "", mode, target, folder, Map.of(), GitAuthentication.NONE, false);
  }

  static Initializer.Git with(Initializer.Git git, GitAuthentication authentication) {
    return new Initializer.Git(
        git.remoteUri(),
        git.upstreamRemoteUri(),
        git.targetMode(),
        git.cloneTarget(),
        git.checkoutLocation(),
        git.customConfig(),
        authentication,
        git.fullClone());
  }

  static Initializer.Git with(
      Initializer.Git git, String upstream, Map<String, String> config, boolean full) {
    return new Initializer.Git(
        git.remoteUri(),
        upstream,
        git.targetMode(),
        git.cloneTarget(),
        git.checkoutLocation(),
        config,
        git.authentication(),
        full);
  }
}
