// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndWatchTest {
  @TempDir Path folder;

  @Test
  void whoIsBeingToldHasHeardWhenItIsClosed() throws Exception {
    CompletableFuture<Void> telling = new CompletableFuture<>();
    CompletableFuture<Thread> closing = new CompletableFuture<>();
    CompletableFuture<Thread.State> heard = new CompletableFuture<>();
    EndWatch watch =
        new EndWatch(
            folder,
            Thread::new,
            id -> {
              telling.complete(null);
              Thread closer = closing.join();
              await()
                  .atMost(LocalMachine.PATIENCE)
                  .until(
                      () ->
                          closer.getState() == Thread.State.TERMINATED
                              || closer.getState() == Thread.State.TIMED_WAITING);
              heard.complete(closer.getState());
            });
    Files.createFile(folder.resolve("one"));
    telling.get(20, TimeUnit.SECONDS);
    Thread closer =
        new Thread(
            () -> {
              try {
                watch.close();
              } catch (IOException e) {
                heard.completeExceptionally(e);
              }
            });
    closer.start();
    closing.complete(closer);
    assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo(Thread.State.TIMED_WAITING);
    closer.join();
  }
}
