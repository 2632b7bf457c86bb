// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on a PostgreSQL that ends, and is started again. */
class DatabaseAwayTest {
  @TempDir Path root;

  @Test
  void storeGoesOnByItselfOnceItsDatabaseIsThereAgain() throws Exception {
    int port = freePort();
    EmbeddedPostgres server = start(port);
    try (DataFolder folder = new DataFolder(root.resolve("data"));
        JpaWorkspaceStore store =
            JpaWorkspaceStore.open(
                new StoreSettings(server.getJdbcUrl("postgres", "postgres"), "", "", 8), folder)) {
      AtomicInteger returned = new AtomicInteger();
      store.onReturn(returned::incrementAndGet);
      store.create(Samples.pending("a"), Samples.secrets());

      server.close();

      // Nobody asks for anything: it is noticed all the same.
      await().atMost(20, SECONDS).until(() -> store.problem().isPresent());
      Instant asked = Instant.now();
      WorkspaceFault refused = WorkspaceStoreContract.fault(() -> store.get("a"));
      assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(refused)
          .hasMessage(
              "the store of workspaces is out of reach at the moment: its database does not"
                  + " answer");
      assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(1));

      server = start(port);
      // Those who wait for it are told once the fault is gone, so their word comes last.
      await().atMost(10, SECONDS).until(() -> returned.get() > 0);

      assertThat(store.problem()).isEmpty();
      assertThat(store.update("a", WorkspaceStoreContract::counted)).isPresent();
      store.create(Samples.pending("b"), Samples.secrets());
      assertThat(store.list()).hasSize(2);
      assertThat(returned).hasValue(1);
    } finally {
      server.close();
    }
  }

  private EmbeddedPostgres start(int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setPort(port)
        .setDataDirectory(root.resolve("server"))
        .setCleanDataDirectory(false)
        .start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0)) {
      return any.getLocalPort();
    }
  }
}
