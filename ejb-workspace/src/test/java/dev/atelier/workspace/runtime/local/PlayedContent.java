// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Content that is a file of who has worked on it, and a store with the last backup of it. */
final class PlayedContent implements InstanceContent {
  private final Path data;
  private Set<String> saved = Set.of();
  private String refusal = "";

  PlayedContent(Path data) {
    this.data = data;
  }

  /** Why nothing can be saved or restored from now on; empty: it can. */
  synchronized void refuse(String why) {
    refusal = why;
  }

  synchronized String refusal() {
    return refusal;
  }

  /** Whose work the last backup holds. */
  synchronized Set<String> saved() {
    return saved;
  }

  /** Whose work is in that folder. */
  Set<String> tokens(Path folder) {
    try {
      return new LinkedHashSet<>(Files.readAllLines(folder.resolve("work")));
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void work(Path folder, String who) throws IOException {
    Set<String> all = new LinkedHashSet<>(tokens(folder));
    all.add(who);
    Files.write(folder.resolve("work"), all);
  }

  private synchronized void check() throws Failure {
    if (!refusal.isEmpty()) {
      throw new Failure(refusal, true, null);
    }
  }

  @Override
  public Filled initialize(
      Workspace workspace,
      Initializer initializer,
      long storageBytes,
      ContentSandbox sandbox,
      Consumer<String> progress)
      throws Failure {
    check();
    try {
      Files.write(data.resolve("workspaces").resolve(workspace.id()).resolve("work"), saved());
    } catch (IOException e) {
      throw new Failure(e.getMessage(), false, e);
    }
    return new Filled(InitializerMetrics.NONE, true, "from what was saved");
  }

  @Override
  public GitStatus status(ContentSandbox sandbox, String checkoutLocation) {
    return new GitStatus("", "", List.of(), 0, List.of(), 0, List.of(), 0);
  }

  @Override
  public String copy(Workspace workspace, Capture capture, ContentSandbox sandbox) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized String saveBackup(UnsavedContent content, ContentSandbox sandbox)
      throws Failure {
    check();
    saved = tokens(data.resolve("workspaces").resolve(content.id()));
    return "backup:" + content.id();
  }

  @Override
  public String saveSnapshot(Workspace workspace, String id, ContentSandbox sandbox) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void saveLog(Workspace workspace, InputStream log) {}
}
