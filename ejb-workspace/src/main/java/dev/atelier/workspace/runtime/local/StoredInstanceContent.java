// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.backup.BackupFault;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.backup.Saved;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.content.initializer.ContentRequest;
import dev.atelier.workspace.content.initializer.Initialized;
import dev.atelier.workspace.content.initializer.Room;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * The content code that every runtime shares, and the content store.
 *
 * @param initialization fills folders
 * @param backups saves them
 */
record StoredInstanceContent(ContentInitialization initialization, Backups backups)
    implements InstanceContent {

  /** Something that is done with content. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws ContentFault, InterruptedException;
  }

  private static <T> T attempt(Work<T> work) throws Failure, InterruptedException {
    try {
      return work.run();
    } catch (BackupFault fault) {
      boolean passing =
          switch (fault.kind()) {
            case RETRY, REFUSED -> true;
            case UNUSABLE, TOO_LARGE -> false;
          };
      throw new Failure(fault.getMessage(), passing, fault);
    } catch (ContentFault fault) {
      throw new Failure(fault.getMessage(), false, fault);
    }
  }

  private static WorkspaceKey key(Workspace workspace) {
    return new WorkspaceKey(workspace.spec().owner(), workspace.spec().metaId());
  }

  @Override
  public Filled initialize(
      Workspace workspace,
      Initializer initializer,
      long storageBytes,
      ContentSandbox sandbox,
      Consumer<String> progress)
      throws Failure, InterruptedException {
    ContentRequest request =
        new ContentRequest(
            key(workspace),
            workspace.spec().type(),
            initializer,
            new Room(workspace.spec().workspaceClass(), storageBytes, true));
    return attempt(
        () -> {
          Initialized made = initialization.run(request, sandbox, progress);
          return new Filled(made.metrics(), made.origin().prepared(), made.note());
        });
  }

  @Override
  public GitStatus status(ContentSandbox sandbox, String checkoutLocation)
      throws Failure, InterruptedException {
    return attempt(() -> initialization.status(sandbox, checkoutLocation));
  }

  @Override
  public String copy(Workspace workspace, Capture capture, ContentSandbox sandbox)
      throws Failure, InterruptedException {
    return attempt(
        () ->
            switch (capture.kind()) {
              case SNAPSHOT -> snapshot(workspace, capture.id(), sandbox);
              case BACKUP ->
                  backups
                      .saveLive(
                          sandbox,
                          key(workspace),
                          workspace.id(),
                          workspace.createdAt(),
                          capture.number())
                      .url();
            });
  }

  private String snapshot(Workspace workspace, String id, ContentSandbox sandbox)
      throws ContentFault, InterruptedException {
    Saved saved =
        backups.saveSnapshot(sandbox, id, key(workspace), workspace.id(), workspace.createdAt());
    return saved.url();
  }

  @Override
  public String saveBackup(UnsavedContent content, ContentSandbox sandbox)
      throws Failure, InterruptedException {
    WorkspaceKey key = new WorkspaceKey(content.owner(), content.metaId());
    return attempt(() -> backups.saveFinal(sandbox, key, content.id(), content.createdAt()).url());
  }

  @Override
  public String saveSnapshot(Workspace workspace, String id, ContentSandbox sandbox)
      throws Failure, InterruptedException {
    return attempt(() -> snapshot(workspace, id, sandbox));
  }

  @Override
  public void saveLog(Workspace workspace, InputStream log) throws Failure, InterruptedException {
    attempt(
        () -> {
          backups.saveLog(key(workspace), workspace.id(), log);
          return null;
        });
  }
}
