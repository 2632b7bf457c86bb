// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Lifecycle;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Timeouts;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.operations.AuditLog;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.FixedRandomness;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.MaintenanceRecord;
import dev.atelier.workspace.operations.OwnerTokens;
import dev.atelier.workspace.operations.StartRequestValidator;
import dev.atelier.workspace.operations.WorkspaceClasses;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceUrls;
import dev.atelier.workspace.reconcile.Activities;
import dev.atelier.workspace.reconcile.Deadlines;
import dev.atelier.workspace.reconcile.Reconciler;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.reconcile.WorkspaceTracker;
import dev.atelier.workspace.runtime.FakeRuntime;
import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.Scope;
import dev.atelier.workspace.security.SecuritySettings;
import dev.atelier.workspace.store.MemoryHeardStore;
import dev.atelier.workspace.store.MemorySnapshotStore;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.Subscriptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** The whole manager behind a real gRPC server, over a store in memory and a runtime of none. */
final class TestManager implements AutoCloseable {
  /** A call that was recorded. */
  record Ended(String method, Status.Code code) {}

  final FailingStore store = new FailingStore();
  final FakeRuntime runtime = new FakeRuntime();
  final LinkedBlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  final Maintenance maintenance;
  final Subscriptions subscriptions;
  final MemoryHeardStore heard = new MemoryHeardStore();
  final HeardEndings endings = new HeardEndings(heard, Thread::new);
  final StatusStreams streams;
  final GrpcServer server;
  final ManagedChannel channel;

  /** By how much the manager's clock is ahead of the machine's. */
  volatile Duration ahead = Duration.ZERO;

  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final CallThreads threads = new CallThreads(16);

  TestManager() throws WorkspaceFault, IOException {
    this(Map.of());
  }

  TestManager(Map<String, Integer> callsPerSecond) throws WorkspaceFault, IOException {
    this(callsPerSecond, 100, 100);
  }

  TestManager(Map<String, Integer> callsPerSecond, int connections, int subscribers)
      throws WorkspaceFault, IOException {
    this(callsPerSecond, connections, subscribers, Optional.empty());
  }

  /** Everyone has to say who they are. */
  TestManager(Identities identities) throws WorkspaceFault, IOException {
    this(Map.of(), 100, 100, Optional.of(identities));
  }

  private TestManager(
      Map<String, Integer> callsPerSecond,
      int connections,
      int subscribers,
      Optional<Identities> asked)
      throws WorkspaceFault, IOException {
    InstantSource clock = () -> Instant.now().plus(ahead);
    AtomicReference<Subscriptions> told = new AtomicReference<>();
    WorkspaceTracker tracker =
        new WorkspaceTracker(change -> told.get().changed(change), Runnable::run);
    subscriptions = new Subscriptions(tracker, clock);
    told.set(subscriptions);
    AuditLog audit = new AuditLog();
    maintenance = new Maintenance(new MemoryRecord(), Optional.empty(), clock, audit);
    Timeouts timeouts = new Timeouts(TimeoutSettings.DEFAULT);
    Activities activities = new Activities();
    Snapshots snapshots = Snapshots.of(new MemorySnapshotStore(), tracker, id -> false);
    Reconciler reconciler =
        new Reconciler(
            store,
            runtime,
            new Lifecycle(timeouts),
            tracker,
            snapshots,
            activities,
            maintenance::until,
            new NoDeadlines(),
            workers,
            2,
            clock,
            RandomGenerator.getDefault());
    reconciler.start();
    WorkspaceClasses classes =
        new WorkspaceClasses(
            List.of(
                new WorkspaceClass(
                    "default",
                    "default",
                    "2 vCPU, 4 GB memory, 20 GB disk",
                    0.5f,
                    new WorkspaceClass.Resources(2_000, 0, 1L << 32, 0, 0, 0),
                    Duration.ZERO)),
            "default",
            Map.of(),
            false);
    WorkspaceUrls urls =
        new WorkspaceUrls("http://{prefix}.{host}", "http://{port}-{prefix}.{host}", "test");
    Limits limits = new Limits(new Limits.Settings(callsPerSecond, 0, 0), clock);
    WorkspaceOperations operations =
        new WorkspaceOperations(
            store,
            tracker,
            reconciler,
            activities,
            new StartRequestValidator(
                classes, TimeoutSettings.DEFAULT, urls, Set.of("http", "https")),
            classes,
            urls,
            timeouts,
            maintenance,
            limits,
            new OwnerTokens(store),
            new FixedRandomness("token-of-owner"),
            audit,
            clock);
    streams = new StatusStreams(threads, subscribers);
    StatusCache statuses =
        new StatusCache(
            operations::ownerToken,
            () -> tracker.all().stream().map(Workspace::id).collect(Collectors.toSet()));
    server =
        new GrpcServer(
            new GrpcConfig(
                InetAddress.getLoopbackAddress(),
                0,
                16,
                5_000,
                connections,
                subscribers,
                Optional.empty()),
            new WorkspaceManagerService(
                operations,
                new ContentOperations(
                    store,
                    runtime,
                    tracker,
                    snapshots,
                    maintenance,
                    new FixedRandomness(""),
                    audit,
                    clock),
                new Subscribers(subscriptions, endings, statuses, streams),
                statuses),
            streams,
            new Authentication(
                asked.orElseGet(() -> new Identities(SecuritySettings.NONE, clock)),
                asked.isPresent(),
                Scope.READ,
                (who, call) -> {}),
            false,
            Admission.by(limits, maintenance),
            (method, code, time) -> ended.add(new Ended(method, code)),
            threads);
    server.start();
    server.serving(true);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  WorkspaceManagerGrpc.WorkspaceManagerBlockingStub client() {
    return WorkspaceManagerGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  void underMaintenance() throws WorkspaceFault {
    maintenance.set(Optional.of(Instant.now().plus(Duration.ofHours(1))), Caller.MANAGER);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.stop(Duration.ofSeconds(5));
    endings.close();
    threads.close();
    workers.shutdownNow();
  }

  /** A store with a bug on demand. */
  static final class FailingStore extends MemoryWorkspaceStore {
    private volatile RuntimeException bug;

    void failWith(RuntimeException bug) {
      this.bug = bug;
    }

    @Override
    public synchronized void create(Workspace workspace, WorkspaceSecrets secret)
        throws WorkspaceFault {
      if (bug != null) {
        throw bug;
      }
      super.create(workspace, secret);
    }
  }

  private static final class MemoryRecord implements MaintenanceRecord {
    private Optional<Instant> until = Optional.empty();

    @Override
    public Optional<Instant> read() {
      return until;
    }

    @Override
    public void write(Optional<Instant> until) {
      this.until = until;
    }
  }

  /** Tests end long before any of them. */
  private static final class NoDeadlines implements Deadlines {
    @Override
    public void arm(String id, Instant when) {}

    @Override
    public void disarm(String id) {}
  }
}
