package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import java.util.function.Consumer;

/** What is done with the content of an instance, in the thread of the caller. */
interface InstanceContent {

  /** It could not be done; the message is for the workspace's user and holds no secret. */
  final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    Failure(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Fills the workspace folder.
   *
   * @param initializer with its credentials
   * @param progress takes lines for people
   */
  InitializerMetrics initialize(
      Initializer initializer, ContentSandbox sandbox, Consumer<String> progress)
      throws Failure, InterruptedException;

  /** What a checkout holds that its remote does not. */
  GitStatus status(ContentSandbox sandbox, String checkoutLocation)
      throws Failure, InterruptedException;
}
