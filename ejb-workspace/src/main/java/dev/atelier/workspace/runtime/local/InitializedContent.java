package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import java.util.function.Consumer;

/** The content code that every runtime shares. */
record InitializedContent(ContentInitialization initialization) implements InstanceContent {

  @Override
  public InitializerMetrics initialize(
      Initializer initializer, ContentSandbox sandbox, Consumer<String> progress)
      throws Failure, InterruptedException {
    try {
      return initialization.run(initializer, sandbox, progress);
    } catch (ContentFault fault) {
      throw new Failure(fault.getMessage(), fault);
    }
  }

  @Override
  public GitStatus status(ContentSandbox sandbox, String checkoutLocation)
      throws Failure, InterruptedException {
    try {
      return initialization.status(sandbox, checkoutLocation);
    } catch (ContentFault fault) {
      throw new Failure(fault.getMessage(), fault);
    }
  }
}
