// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.ChangeFeed;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkspaceCacheTest {
  private final WorkspaceMapper mapper = new WorkspaceMapper();
  private final ChangeFeed feed = new ChangeFeed();
  private final WorkspaceCache cache = new WorkspaceCache(feed);

  private WorkspaceResource resource(String id, long version, long revision) {
    WorkspaceResource resource =
        mapper.resource(Workspaces.pending(id).withVersion(version), "manager-1");
    resource.getMetadata().setUid("uid-" + id);
    resource.getMetadata().setResourceVersion(Long.toString(revision));
    return resource;
  }

  @Test
  void whoeverIsToldOfAChangeKeepsNobodyFromReading() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    feed.listen(
        change -> {
          told.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Thread watch = new Thread(() -> cache.accept(resource("a", 1, 1)));
    watch.start();
    told.await();
    try {
      CompletableFuture<Integer> read =
          CompletableFuture.supplyAsync(
              () ->
                  cache.all().size()
                      + (int) cache.get("a").stream().count()
                      + (int) cache.other("a").stream().count()
                      + cache.unsettled().size());

      assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(2);
    } finally {
      watch.interrupt();
      watch.join();
    }
  }

  @Test
  void whatComesLateIsLeftOut() {
    List<StoreChange> told = new ArrayList<>();
    feed.listen(told::add);
    cache.accept(resource("a", 2, 7));
    cache.accept(resource("a", 1, 6));
    cache.gone("a", "uid-a");
    cache.accept(resource("a", 3, 8));

    assertThat(told).hasSize(2);
    assertThat(told.get(0).workspace()).map(one -> one.version()).contains(2L);
    assertThat(told.get(1).workspace()).isEmpty();
    assertThat(cache.all()).isEmpty();
  }
}
