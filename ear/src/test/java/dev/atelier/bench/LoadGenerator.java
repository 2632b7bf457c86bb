// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.atelier.it.AtelierServer;
import dev.atelier.proto.contentservice.EmptyInitializer;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.GetWorkspacesRequest;
import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.MarkActiveResponse;
import dev.atelier.proto.wsman.SetTimeoutRequest;
import dev.atelier.proto.wsman.SetTimeoutResponse;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.StartWorkspaceResponse;
import dev.atelier.proto.wsman.StartWorkspaceSpec;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspaceMetadata;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Puts load on any server of the API, given its address. */
final class LoadGenerator implements AutoCloseable {
  private final ManagedChannel channel;
  private final String image;

  /**
   * Aims at a server that speaks plaintext.
   *
   * @param target host:port
   * @param image what instances are asked to run
   */
  LoadGenerator(String target, String image) {
    this.channel =
        ManagedChannelBuilder.forTarget(target)
            .usePlaintext()
            .intercept(
                AtelierServer.credentials(
                    Integer.parseInt(target.substring(target.lastIndexOf(':') + 1))))
            .maxInboundMessageSize(64 << 20)
            .build();
    this.image = image;
  }

  /**
   * What came of many starts.
   *
   * @param ids of the instances that were accepted
   * @param answers from the moment a call was due to its answer
   * @param running from the moment a call was due to RUNNING on a subscription
   * @param nanosToRunning the same, by instance
   * @param refused calls that failed
   * @param neverRan instances that were accepted and did not come to RUNNING in time
   */
  record Starts(
      List<String> ids,
      Latencies answers,
      Latencies running,
      Map<String, Long> nanosToRunning,
      int refused,
      int neverRan) {}

  /**
   * Starts instances with the empty initializer, open-loop: a slow answer delays no later call.
   *
   * @param patience for the last one to be RUNNING
   */
  Starts starts(int count, double perSecond, Duration patience) throws InterruptedException {
    Map<String, Long> due = new ConcurrentHashMap<>();
    Queue<Long> answers = new ConcurrentLinkedQueue<>();
    Map<String, Long> running = new ConcurrentHashMap<>();
    Queue<String> accepted = new ConcurrentLinkedQueue<>();
    AtomicLong refused = new AtomicLong();
    CountDownLatch ran = new CountDownLatch(count);
    var subscription = Context.current().withCancellation();
    subscription.run(
        () ->
            WorkspaceManagerGrpc.newStub(channel)
                .subscribe(
                    SubscribeRequest.getDefaultInstance(),
                    new Observer(
                        status -> {
                          Long since = due.get(status.getId());
                          if (since != null
                              && status.getPhase() == WorkspacePhase.RUNNING
                              && running.putIfAbsent(status.getId(), System.nanoTime() - since)
                                  == null) {
                            ran.countDown();
                          }
                        })));
    // The server knows of the subscription once a later call on the channel is answered.
    list();
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long at = begin + (long) (i * 1e9 / perSecond);
      while (System.nanoTime() < at) {
        LockSupport.parkNanos(at - System.nanoTime());
      }
      String id = UUID.randomUUID().toString();
      due.put(id, at);
      Futures.addCallback(
          WorkspaceManagerGrpc.newFutureStub(channel).startWorkspace(request(id)),
          new FutureCallback<StartWorkspaceResponse>() {
            @Override
            public void onSuccess(StartWorkspaceResponse response) {
              answers.add(System.nanoTime() - at);
              accepted.add(id);
            }

            @Override
            public void onFailure(Throwable fault) {
              refused.incrementAndGet();
              ran.countDown();
            }
          },
          MoreExecutors.directExecutor());
    }
    ran.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    subscription.cancel(null);
    List<String> ids = new ArrayList<>(accepted);
    return new Starts(
        ids,
        Latencies.of(answers),
        Latencies.of(running.values()),
        Map.copyOf(running),
        refused.intValue(),
        (int) ids.stream().filter(id -> !running.containsKey(id)).count());
  }

  private StartWorkspaceRequest request(String id) {
    return StartWorkspaceRequest.newBuilder()
        .setId(id)
        .setServicePrefix(id)
        .setMetadata(WorkspaceMetadata.newBuilder().setOwner("load").setMetaId(id))
        .setSpec(
            StartWorkspaceSpec.newBuilder()
                .setWorkspaceImage(image)
                .setWorkspaceLocation("/")
                .setInitializer(
                    WorkspaceInitializer.newBuilder().setEmpty(EmptyInitializer.newBuilder())))
        .build();
  }

  /** What else a life has: activity once, and another timeout. */
  void touch(String id) {
    var stub = WorkspaceManagerGrpc.newBlockingStub(channel);
    MarkActiveResponse unused = stub.markActive(MarkActiveRequest.newBuilder().setId(id).build());
    SetTimeoutResponse unusedToo =
        stub.setTimeout(SetTimeoutRequest.newBuilder().setId(id).setDuration("2h").build());
  }

  /** MarkActive calls a second, by clients that each call again as soon as they are answered. */
  double markActive(List<String> ids, int clients, Duration duration) throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    AtomicLong faults = new AtomicLong();
    long end = System.nanoTime() + duration.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      int first = client;
      Thread thread =
          new Thread(
              () -> {
                var stub = WorkspaceManagerGrpc.newBlockingStub(channel);
                for (int i = first; System.nanoTime() < end; i += clients) {
                  String id = ids.get(i % ids.size());
                  try {
                    stub.markActive(MarkActiveRequest.newBuilder().setId(id).build());
                    calls.incrementAndGet();
                  } catch (StatusRuntimeException e) {
                    faults.incrementAndGet();
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (faults.get() > 0) {
      System.out.println("MarkActive: " + faults + " calls failed");
    }
    return calls.get() / (duration.toNanos() / 1e9);
  }

  /** Times of GetWorkspaces, one call after the other. */
  Latencies getWorkspaces(int calls) {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      long begin = System.nanoTime();
      list();
      nanos.add(System.nanoTime() - begin);
    }
    return Latencies.of(nanos);
  }

  /** Whether all of these run, within {@code patience}. */
  boolean awaitRunning(List<String> ids, Duration patience) throws InterruptedException {
    Set<String> wanted = Set.copyOf(ids);
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      long running =
          list().stream()
              .filter(status -> wanted.contains(status.getId()))
              .filter(status -> status.getPhase() == WorkspacePhase.RUNNING)
              .count();
      if (running == wanted.size() || System.nanoTime() > end) {
        return running == wanted.size();
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** How many instances run. */
  long running() {
    return list().stream().filter(one -> one.getPhase() == WorkspacePhase.RUNNING).count();
  }

  private List<WorkspaceStatus> list() {
    return WorkspaceManagerGrpc.newBlockingStub(channel)
        .getWorkspaces(GetWorkspacesRequest.getDefaultInstance())
        .getStatusList();
  }

  /**
   * Stops instances, and waits until none of them is left.
   *
   * @throws IllegalStateException some are left after {@code patience}
   */
  void stop(List<String> ids, StopWorkspacePolicy policy, Duration patience)
      throws InterruptedException {
    var stub = WorkspaceManagerGrpc.newBlockingStub(channel);
    for (String id : ids) {
      stub.stopWorkspace(StopWorkspaceRequest.newBuilder().setId(id).setPolicy(policy).build());
    }
    Set<String> wanted = Set.copyOf(ids);
    long end = System.nanoTime() + patience.toNanos();
    long left;
    while ((left = list().stream().filter(status -> wanted.contains(status.getId())).count()) > 0) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(left + " instances did not stop within " + patience);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private record Observer(Consumer<WorkspaceStatus> statuses)
      implements StreamObserver<SubscribeResponse> {
    @Override
    public void onNext(SubscribeResponse response) {
      statuses.accept(response.getStatus());
    }

    @Override
    public void onError(Throwable fault) {
      // The end of the measurement cancels it; anything else shows as instances that never ran.
    }

    @Override
    public void onCompleted() {
      // As above.
    }
  }
}
