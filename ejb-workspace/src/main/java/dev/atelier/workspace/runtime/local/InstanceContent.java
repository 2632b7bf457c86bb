// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * What is done with the content of instances, in the thread of the caller. An interrupt of that
 * thread ends it, with all programs that it runs. Doing again what was done, or was cut off, is
 * safe.
 */
interface InstanceContent {

  /** It could not be done; the message is for the workspace's user and holds no secret. */
  final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    /**
     * Says why.
     *
     * @param passing whether it may succeed later
     */
    Failure(String message, boolean passing, Throwable cause) {
      super(message, cause);
      this.passing = passing;
    }

    boolean passing() {
      return passing;
    }
  }

  /**
   * What a workspace folder was filled with.
   *
   * @param metrics what it cost
   * @param prepared whether what tasks do once for a content was done in it
   * @param note what its user should know, such as which backup it is; may be empty
   */
  record Filled(InitializerMetrics metrics, boolean prepared, String note) {}

  /**
   * Fills the workspace folder, from a backup where there is one.
   *
   * @param initializer with its credentials
   * @param storageBytes most bytes of a snapshot that may be restored; 0: no limit
   * @param progress takes lines for people
   */
  Filled initialize(
      Workspace workspace,
      Initializer initializer,
      long storageBytes,
      ContentSandbox sandbox,
      Consumer<String> progress)
      throws Failure, InterruptedException;

  /** What a checkout holds that its remote does not. */
  GitStatus status(ContentSandbox sandbox, String checkoutLocation)
      throws Failure, InterruptedException;

  /** Copies the content as it is now; answers where to. */
  String copy(Workspace workspace, Capture capture, ContentSandbox sandbox)
      throws Failure, InterruptedException;

  /** Makes the final backup; answers where it is. */
  String saveBackup(UnsavedContent content, ContentSandbox sandbox)
      throws Failure, InterruptedException;

  /** Makes the snapshot that a prebuild leaves; answers its URL. */
  String saveSnapshot(Workspace workspace, String id, ContentSandbox sandbox)
      throws Failure, InterruptedException;

  /** Keeps what a headless instance has written. */
  void saveLog(Workspace workspace, InputStream log) throws Failure, InterruptedException;
}
