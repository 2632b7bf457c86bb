// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Passed;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How whoever follows everything hears of what ended while nobody listened. */
class EndingsTest {
  private static final Conditions SAVED = Conditions.NONE.withSnapshot("url");
  private static final MetadataFilter ALL = MetadataFilter.getDefaultInstance();

  private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();
  private TestManager manager;
  private int marked;

  @BeforeEach
  void start() throws Exception {
    manager = new TestManager();
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    manager.close();
  }

  /** A prebuild that was told in version 8 to have its snapshot, and has stopped in version 9. */
  private void ended(String id) throws WorkspaceFault {
    Workspace prebuild = Workspaces.pending(id, WorkspaceType.PREBUILD).withVersion(9);
    dev.atelier.workspace.domain.WorkspaceStatus stopped =
        Workspaces.in(Phase.STOPPED, WorkspaceType.PREBUILD).status();
    Passed saving = new Passed(Phase.STOPPING, 8, "saving", SAVED);
    manager.store.create(
        prebuild.withStatus(
            stopped.with(
                s ->
                    s.conditions(SAVED)
                        .progress(
                            stopped
                                .progress()
                                .with(
                                    p ->
                                        p.passed(List.of(saving))
                                            .stoppedAt(Optional.of(Instant.now())))))),
        StoredSecrets.NONE);
  }

  private Listener listen(String program) throws Exception {
    return listen(manager.server.port(), program, "", ALL);
  }

  private Listener listen(int port, String program, String from, MetadataFilter filter)
      throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .flowControlWindow(65_535)
            .userAgent(program)
            // What the transport has taken is heard at once, even by who cancels then.
            .directExecutor()
            .build();
    channels.add(channel);
    return new Listener(channel, from, filter);
  }

  /** Of which ends a new stream of that program is told before it is of another one. */
  private List<String> toldTo(String program) throws Exception {
    Listener listener = listen(program);
    listener.call.request(1_000);
    String marker = "marker" + marked++;
    ended(marker);
    await().until(() -> listener.heard.contains(marker + " STOPPED 9"));
    listener.call.cancel("enough", null);
    return listener.heard.stream()
        .filter(one -> one.contains(" STOPP") && !one.startsWith("marker"))
        .toList();
  }

  private void awaitMarks(int marks) {
    await().atMost(Duration.ofSeconds(5)).until(() -> manager.heard.marks() == marks);
  }

  @Test
  void whatEndedWhileNobodyListenedIsToldOnceToEachCaller() throws Exception {
    ended("a");
    ended("b");
    Listener bridge = listen("bridge/1");
    bridge.call.request(1_000);
    awaitMarks(2);
    assertThat(bridge.heard)
        .containsExactlyInAnyOrder(
            "a STOPPING 8 url", "a STOPPED 9", "b STOPPING 8 url", "b STOPPED 9")
        .containsSubsequence("a STOPPING 8 url", "a STOPPED 9");

    assertThat(toldTo("bridge/2")).isEmpty();
    assertThat(toldTo("other/1")).hasSize(4);
  }

  @Test
  void whatEndsWhileTheCallerListensIsNotToldToItAgain() throws Exception {
    Listener bridge = listen("bridge/1");
    bridge.call.request(1_000);
    ended("a");
    awaitMarks(1);
    bridge.call.cancel("gone", null);

    assertThat(toldTo("bridge/1")).isEmpty();
    assertThat(toldTo("other/1")).containsExactly("a STOPPING 8 url", "a STOPPED 9");
  }

  @Test
  void whoeverFiltersOrAsksForTheBeginningHearsForNobody() throws Exception {
    ended("a");
    Listener filtered =
        listen(
            manager.server.port(),
            "bridge/1",
            "",
            MetadataFilter.newBuilder().setOwner("owner").build());
    filtered.call.request(1_000);
    Listener beginning = listen(manager.server.port(), "bridge/1", "beginning", ALL);
    beginning.call.request(1_000);
    ended("b");
    await().until(() -> filtered.heard.contains("b STOPPED 9"));
    await().until(() -> beginning.heard.contains("b STOPPED 9"));
    assertThat(filtered.heard).containsExactly("b STOPPING 8 url", "b STOPPED 9");
    assertThat(beginning.heard).containsExactly("a STOPPED 9", "b STOPPING 8 url", "b STOPPED 9");

    assertThat(toldTo("bridge/1")).hasSize(4);
  }

  @Test
  void clientThatIsGoneWithoutAWordHasNotHeard() throws Exception {
    try (SilentConnection line = new SilentConnection(manager.server.port())) {
      Listener gone = listen(line.port(), "bridge/1", "", ALL);
      gone.call.request(1_000);
      line.fallSilent();
      ended("a");
      await().until(() -> manager.subscriptions.all().get(0).taken() == 2);

      assertThat(toldTo("bridge/1")).containsExactly("a STOPPING 8 url", "a STOPPED 9");
      assertThat(gone.heard).isEmpty();
    }
  }

  @Test
  void whatIsStuckBehindASlowReaderWasNotHeard() throws Exception {
    Listener slow = listen("bridge/1");
    for (int length : List.of(64_000, 8_000)) {
      Workspace stopped = Workspaces.in(Phase.STOPPED, WorkspaceType.REGULAR);
      manager.store.create(
          stopped.with(
              w -> w.id("r" + length).status(stopped.status().withMessage("x".repeat(length)))),
          StoredSecrets.NONE);
    }
    ended("a");
    // The window has room for the first; the second is on its way, and holds up the rest.
    awaitMarks(1);
    await().until(() -> manager.subscriptions.all().get(0).taken() == 2);

    assertThat(toldTo("bridge/1"))
        .containsExactlyInAnyOrder("r8000 STOPPED 1", "a STOPPING 8 url", "a STOPPED 9");
    slow.call.request(1_000);
    await().until(() -> slow.heard.contains("a STOPPED 9"));
  }

  @Test
  void theEndOfTheServerWaitsForWhatWasHandedOver() throws Exception {
    Listener bridge = listen("bridge/1");
    for (int i = 0; i < 100; i++) {
      ended("i" + i);
    }
    bridge.call.request(1_000);
    manager.server.stop(Duration.ofSeconds(5));
    manager.endings.close();

    assertThat(bridge.ended.get(5, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(bridge.heard).hasSize(200);
    assertThat(manager.heard.marks()).isEqualTo(100);
  }

  @Test
  void whoeverCannotBeAskedWhatItHasHeardIsToldToComeAgain() throws Exception {
    ended("a");
    manager.heard.down(true);
    Status end = listen("bridge/1").ended.get(5, TimeUnit.SECONDS);
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(manager.streams.size()).isZero();
    manager.heard.down(false);

    assertThat(toldTo("bridge/1")).hasSize(2);
  }

  @Test
  void callerThatComesAndGoesMissesNothingAndNoStreamHearsTwice() throws Exception {
    int instances = 300;
    CompletableFuture<Void> all =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < instances; i++) {
                try {
                  ended("i" + i);
                } catch (WorkspaceFault e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    Set<String> heard = new TreeSet<>();
    while (heard.size() < 2 * instances) {
      boolean last = all.isDone();
      Listener bridge = listen("bridge/1");
      bridge.call.request(1_000);
      if (last) {
        Set<String> before = Set.copyOf(heard);
        await()
            .until(
                () -> {
                  Set<String> together = new TreeSet<>(before);
                  together.addAll(bridge.heard);
                  return together.size() == 2 * instances;
                });
      }
      bridge.call.cancel("enough", null);
      assertThat(bridge.ended).succeedsWithin(Duration.ofSeconds(10));
      assertThat(bridge.heard).doesNotHaveDuplicates();
      heard.addAll(bridge.heard);
    }
    all.join();
  }

  /** Hears as much as it asks for. Is subscribed once it is made. */
  private static final class Listener extends ClientCall.Listener<SubscribeResponse> {
    final ClientCall<SubscribeRequest, SubscribeResponse> call;
    final List<String> heard = new CopyOnWriteArrayList<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();

    Listener(ManagedChannel channel, String from, MetadataFilter filter) throws Exception {
      Metadata metadata = new Metadata();
      if (!from.isEmpty()) {
        metadata.put(SubscribeFrom.METADATA, from);
      }
      call = channel.newCall(WorkspaceManagerGrpc.getSubscribeMethod(), CallOptions.DEFAULT);
      call.start(this, metadata);
      call.sendMessage(SubscribeRequest.newBuilder().setMustMatch(filter).build());
      call.halfClose();
      subscribed.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void onHeaders(Metadata headers) {
      subscribed.complete(null);
    }

    @Override
    public void onMessage(SubscribeResponse message) {
      WorkspaceStatus status = message.getStatus();
      heard.add(
          "%s %s %d %s"
              .formatted(
                  status.getId(),
                  status.getPhase(),
                  status.getStatusVersion(),
                  status.getPhase() == WorkspacePhase.STOPPING
                      ? status.getConditions().getSnapshot()
                      : "")
              .strip());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status);
      subscribed.complete(null);
    }
  }
}
