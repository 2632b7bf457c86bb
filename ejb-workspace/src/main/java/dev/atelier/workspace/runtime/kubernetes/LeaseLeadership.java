// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.reconcile.Leadership;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Leadership by a Lease. Whoever cannot renew it in time follows before another may lead; whoever
 * ends gives it back.
 */
public final class LeaseLeadership implements Leadership {
  /** The lease's name. */
  public static final String NAME = "atelier-manager";

  private static final Logger LOG = System.getLogger(LeaseLeadership.class.getName());
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration RENEWAL = Duration.ofSeconds(7);

  /** The elector waits up to 2.2 times as long: the next leads within 2 s of a clean end. */
  private static final Duration RETRY = Duration.ofMillis(800);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final String namespace;
  private final String identity;

  /** Leads and follows, one after the other. */
  private final ScheduledExecutorService turns;

  private Lead lead;
  private Runnable follow;
  private boolean leading;
  private boolean acting;
  private boolean closed;
  private CompletableFuture<?> election = CompletableFuture.completedFuture(null);

  /**
   * Takes no part yet.
   *
   * @param client of its own, whose requests take no longer than a renewal may; ends with this
   * @param identity of this manager, which no other one ever has
   */
  LeaseLeadership(KubernetesClient client, String namespace, String identity) {
    this.client = client;
    this.namespace = namespace;
    this.identity = identity;
    this.turns =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "leadership");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void begin(Lead toLead, Runnable toFollow) {
    lead = toLead;
    follow = toFollow;
    turns.execute(this::elect);
  }

  private synchronized void elect() {
    if (closed) {
      return;
    }
    LeaderElectionConfig config =
        new LeaderElectionConfigBuilder()
            .withName(NAME)
            .withLock(new LeaseLock(namespace, NAME, identity))
            .withLeaseDuration(LEASE)
            .withRenewDeadline(RENEWAL)
            .withRetryPeriod(RETRY)
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(
                new LeaderCallbacks(() -> leading(true), () -> leading(false), leader -> {}))
            .build();
    election = client.leaderElector().withConfig(config).build().start();
    // An elector runs once: whoever has lost takes part again.
    CompletableFuture<Void> unused =
        election.handleAsync(
            (won, fault) -> {
              leading(false);
              elect();
              return null;
            },
            later());
  }

  private Executor later() {
    return work -> {
      if (!turns.isShutdown()) {
        var unused = turns.schedule(work, RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    };
  }

  private void leading(boolean now) {
    synchronized (this) {
      if (leading == now) {
        return;
      }
      leading = now;
    }
    LOG.log(Level.INFO, now ? "this manager leads" : "this manager follows");
    if (!turns.isShutdown()) {
      turns.execute(this::turn);
    }
  }

  /** Does what the lease says. */
  private void turn() {
    boolean wanted;
    synchronized (this) {
      wanted = leading && !closed;
    }
    if (wanted == acting) {
      return;
    }
    try {
      if (wanted) {
        lead.run();
      } else {
        follow.run();
      }
      acting = wanted;
    } catch (WorkspaceFault fault) {
      LOG.log(Level.WARNING, "this manager cannot act yet: {0}", fault.getMessage());
      var unused = turns.schedule(this::turn, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RuntimeException bug) {
      LOG.log(Level.ERROR, "unexpected fault in a change of leaders, to be tried again", bug);
      var unused = turns.schedule(this::turn, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    CompletableFuture<?> last;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      last = election;
    }
    try {
      // What it does ends before another may lead.
      turns.submit(this::turn).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      last.cancel(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | KubernetesClientException e) {
      LOG.log(Level.WARNING, "leadership ends by its lease alone", e);
    }
    turns.shutdownNow();
    client.close();
  }
}
