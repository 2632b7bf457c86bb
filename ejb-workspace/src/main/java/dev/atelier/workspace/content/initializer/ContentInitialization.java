// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * Makes the content of instances, and looks at their checkouts. Every call works in the thread that
 * makes it; an interrupt of that thread ends the work and the programs that do it.
 */
public final class ContentInitialization implements AutoCloseable {
  private final ContentSettings settings;
  private final Backups backups;
  private final InstantSource clock;
  private final ThreadFactory threads;
  private final AddressResolver resolver;
  private final HttpSources sources;
  private final Sleeper sleeper;

  /**
   * With the names and the time of this machine.
   *
   * @param threads makes threads that end with the operation they serve
   */
  public ContentInitialization(
      ContentSettings settings, Backups backups, InstantSource clock, ThreadFactory threads) {
    this(settings, backups, clock, threads, AddressResolver.SYSTEM, Sleeper.THREAD);
  }

  ContentInitialization(
      ContentSettings settings,
      Backups backups,
      InstantSource clock,
      ThreadFactory threads,
      AddressResolver resolver,
      Sleeper sleeper) {
    this.settings = settings;
    this.backups = backups;
    this.clock = clock;
    this.threads = threads;
    this.resolver = resolver;
    this.sources = new HttpSources(settings.egress(), resolver, threads);
    this.sleeper = sleeper;
  }

  /**
   * Fills the workspace folder: from the workspace's last backup where a {@link
   * WorkspaceType#REGULAR} instance has one, else as the initializer says. Doing it again after an
   * interrupted attempt begins each step anew.
   *
   * @param sandbox of the instance; closed to everybody else meanwhile
   * @param progress takes a line for people, without secrets, about once a second at most for each
   *     kind of line; called from several threads, must return at once
   * @throws BackupFault the store could not be asked or used: nothing was begun in its place, since
   *     that would lose work
   * @throws ContentFault why it failed: at most about 1,200 characters, git's own last words where
   *     git failed, never a credential
   * @throws InterruptedException when the thread was interrupted; every program has ended then
   */
  public Initialized run(ContentRequest request, ContentSandbox sandbox, Consumer<String> progress)
      throws ContentFault, InterruptedException {
    SandboxPrograms programs = new SandboxPrograms(sandbox, threads);
    Consumer<String> calm = new CalmProgress(clock, progress);
    ContentNotes notes = new ContentNotes();
    Steps steps =
        new Steps(
            new GitStep(settings, programs, resolver, sources, threads, calm, notes),
            new DownloadStep(settings, programs, sources, sleeper, calm),
            new RestoreStep(backups, request, sandbox, threads, calm),
            notes,
            clock);
    boolean restored = request.type() == WorkspaceType.REGULAR && steps.fromExistingBackup();
    if (!restored) {
      steps.run(request.initializer(), true);
    }
    return steps.answer();
  }

  /**
   * What a checkout holds that its remote does not.
   *
   * @param sandbox of the instance
   * @param checkoutLocation relative to the workspace folder
   * @throws ContentFault when there is no checkout, or git cannot make sense of it
   */
  public GitStatus status(ContentSandbox sandbox, String checkoutLocation)
      throws ContentFault, InterruptedException {
    return new GitStatusReader(new SandboxPrograms(sandbox, threads), settings.statusTimeout())
        .read(checkoutLocation);
  }

  /** Ends what is kept open between fetches. */
  @Override
  public void close() {
    sources.close();
  }
}
