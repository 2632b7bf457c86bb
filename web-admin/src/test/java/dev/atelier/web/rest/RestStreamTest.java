// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.web.ClientWrite;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import dev.atelier.workspace.subscribe.Subscription;
import dev.atelier.workspace.subscribe.Subscriptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RestStreamTest {
  private final Subscriptions[] all = new Subscriptions[1];
  private final WorkspaceTracker tracker =
      new WorkspaceTracker(change -> all[0].changed(change), Runnable::run);
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<RestStream> ended = new ArrayList<>();
  private final AtomicLong nanoTime = new AtomicLong();
  private final ClientWrite write = new ClientWrite(nanoTime::get);

  RestStreamTest() {
    all[0] = new Subscriptions(tracker, InstantSource.system());
    tracker.fill(List.of());
  }

  /** Takes everything until it has gone. */
  private static class Client implements RestStream.Client {
    private final List<String> updates = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean gone;

    @Override
    public void beat() throws IOException {
      if (gone) {
        throw new IOException("gone");
      }
    }

    @Override
    public void update(Workspace workspace) throws IOException {
      beat();
      updates.add(workspace.id());
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private Subscription follow(RestStream stream) {
    Subscription opened = all[0].open("test", WorkspaceFilter.ALL, false, stream::wake);
    stream.follow(opened);
    return opened;
  }

  private void record(String id) {
    tracker.accept(new StoreChange(id, Optional.of(Workspaces.pending(id))));
  }

  private void work() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void aClientThatGoesBeforeItFollowsLeavesNothingBehind() {
    Client client = new Client();
    client.gone = true;
    RestStream stream = new RestStream(client, tasks::add, ended::add, write);
    stream.beat();
    work();
    follow(stream);
    record("a");
    work();

    assertThat(all[0].size()).isZero();
    assertThat(ended).contains(stream);
    assertThat(client.closed.getCount()).isZero();
  }

  @Test
  void whatIsToldIsSentUntilTheClientGoes() {
    Client client = new Client();
    RestStream stream = new RestStream(client, tasks::add, ended::add, write);
    stream.beat();
    follow(stream);
    record("a");
    work();
    record("b");
    work();
    assertThat(client.updates).containsExactly("a", "b");
    client.gone = true;
    stream.beat();
    work();

    assertThat(all[0].size()).isZero();
    assertThat(ended).contains(stream);
  }

  @Test
  void oneThatLeavesSendsNothingMoreAndIsClosedOnce() {
    Client client = new Client();
    RestStream stream = new RestStream(client, tasks::add, ended::add, write);
    follow(stream);
    work();
    stream.leave();
    stream.leave();
    record("a");
    stream.beat();
    work();

    assertThat(client.updates).isEmpty();
    assertThat(all[0].size()).isZero();
    assertThat(client.closed.getCount()).isZero();
  }

  @Test
  void aClientThatTakesNothingHoldsNobodyAndIsLetGo() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    Client stalled =
        new Client() {
          @Override
          public void update(Workspace workspace) throws IOException {
            writing.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              throw new InterruptedIOException("interrupted while the client takes nothing");
            }
          }
        };
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try {
      RestStream stream = new RestStream(stalled, workers, ended::add, write);
      follow(stream);
      record("a");
      writing.await();
      stream.beat();
      assertThat(all[0].size()).isEqualTo(1);
      nanoTime.addAndGet(ClientWrite.PATIENCE.toNanos() + 1);
      stream.beat();

      assertThat(all[0].size()).isZero();
      assertThat(stalled.closed.await(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      workers.shutdownNow();
    }
  }
}
