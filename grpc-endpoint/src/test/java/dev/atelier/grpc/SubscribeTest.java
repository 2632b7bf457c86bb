// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.proto.wsman.MetadataFilter;
import dev.atelier.proto.wsman.StopWorkspaceRequest;
import dev.atelier.proto.wsman.SubscribeRequest;
import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.subscribe.Subscription;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubscribeTest {
  private TestManager manager;

  @BeforeEach
  void start() throws Exception {
    manager = new TestManager();
  }

  @AfterEach
  void stop() {
    manager.close();
  }

  @Test
  void tellsOfEveryPhaseInTheOrderOfTheVersions() throws Exception {
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    subscriber.take(1_000);
    manager.client().startWorkspace(StartRequests.valid("a").build());
    subscriber.awaitPhase("a", WorkspacePhase.RUNNING);
    manager.client().stopWorkspace(StopWorkspaceRequest.newBuilder().setId("a").build());
    List<SubscribeResponse> heard = subscriber.awaitPhase("a", WorkspacePhase.STOPPED);
    assertThat(heard)
        .extracting(response -> response.getStatus().getStatusVersion())
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(heard)
        .extracting(response -> response.getStatus().getPhase())
        .contains(
            WorkspacePhase.PENDING,
            WorkspacePhase.RUNNING,
            WorkspacePhase.STOPPING,
            WorkspacePhase.STOPPED);
  }

  @Test
  void subscriptionsHaveABoundAndItsPlacesAreGivenBack() throws Exception {
    manager.close();
    manager = new TestManager(Map.of(), 10, 2);
    Subscriber first = new Subscriber("", MetadataFilter.getDefaultInstance());
    Subscriber second = new Subscriber("", MetadataFilter.getDefaultInstance());
    Iterator<SubscribeResponse> third =
        manager.client().subscribe(SubscribeRequest.getDefaultInstance());
    assertThatThrownBy(third::hasNext)
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("2 are open")
        .hasMessageContaining("atelier.grpc.subscriptions");
    assertThat(manager.streams.size()).isEqualTo(2);
    first.call.cancel("done", null);
    Awaitility.await().until(() -> manager.streams.size() == 1);
    new Subscriber("", MetadataFilter.getDefaultInstance());
    assertThat(second.ended).isNotDone();
  }

  @Test
  void withoutMetadataThereAreChangesOnly() throws Exception {
    manager.client().startWorkspace(StartRequests.valid("before").build());
    awaitRunning("before");
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    subscriber.take(1_000);
    manager.client().startWorkspace(StartRequests.valid("after").build());
    assertThat(subscriber.awaitPhase("after", WorkspacePhase.RUNNING))
        .allSatisfy(response -> assertThat(response.getStatus().getId()).isEqualTo("after"));
  }

  @Test
  void fromTheBeginningThePresentStateComesFirst() throws Exception {
    manager.client().startWorkspace(StartRequests.valid("before").build());
    awaitRunning("before");
    Subscriber subscriber = new Subscriber("beginning", MetadataFilter.getDefaultInstance());
    subscriber.take(1_000);
    assertThat(subscriber.awaitPhase("before", WorkspacePhase.RUNNING)).hasSize(1);
  }

  @Test
  void theFilterHolds() throws Exception {
    Subscriber subscriber =
        new Subscriber("", MetadataFilter.newBuilder().setMetaId("meta-b").build());
    subscriber.take(1_000);
    manager.client().startWorkspace(StartRequests.valid("a").build());
    awaitRunning("a");
    manager.client().startWorkspace(StartRequests.valid("b").build());
    assertThat(subscriber.awaitPhase("b", WorkspacePhase.RUNNING))
        .allSatisfy(response -> assertThat(response.getStatus().getId()).isEqualTo("b"));
  }

  @Test
  void theHeaderCarriesTheTraceOfTheChange() throws Exception {
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Metadata trace = new Metadata();
    trace.put(Callers.TRACEPARENT, parent);
    trace.put(Callers.TRACESTATE, "k=v");
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    subscriber.take(1_000);
    manager
        .client()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(trace))
        .startWorkspace(StartRequests.valid("a").build());
    manager.client().startWorkspace(StartRequests.valid("b").build());
    assertThat(subscriber.awaitPhase("a", WorkspacePhase.PENDING).get(0).getHeaderMap())
        .containsEntry("traceparent", parent)
        .containsEntry("tracestate", "k=v");
    assertThat(subscriber.awaitPhase("b", WorkspacePhase.PENDING).get(0).getHeaderMap()).isEmpty();
  }

  @Test
  void aSubscriberThatDoesNotReadCostsOneUpdateForEachPhaseAndLosesNoPhase() throws Exception {
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    String message = "x".repeat(60_000);
    manager.store.create(Workspaces.pending("a"), StoredSecrets.NONE);
    for (int i = 0; i < 3_000; i++) {
      String next = i + message;
      manager.store.update(
          "a", workspace -> workspace.withStatus(workspace.status().withMessage(next)));
    }
    manager.client().stopWorkspace(StopWorkspaceRequest.newBuilder().setId("a").build());
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> manager.store.get("a").orElseThrow().stopped());
    subscriber.take(10_000);
    List<SubscribeResponse> heard = subscriber.awaitPhase("a", WorkspacePhase.STOPPED);
    // Some went out before the client's window was full; the rest waited as one for each phase.
    assertThat(heard).hasSizeLessThan(200);
    assertThat(heard)
        .extracting(response -> response.getStatus().getStatusVersion())
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(heard)
        .extracting(response -> response.getStatus().getPhase())
        .contains(WorkspacePhase.STOPPING);
  }

  @Test
  void aSubscriberThatTakesNothingAtAllIsGivenUpInTheEndInWords() throws Exception {
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    String large = "x".repeat(60_000);
    for (int i = 0; i < 200; i++) {
      var workspace = Workspaces.pending("i" + i);
      manager.store.create(
          workspace.withStatus(workspace.status().withMessage(large)), StoredSecrets.NONE);
    }
    manager.ahead = Subscription.PATIENCE.plusMinutes(1);
    manager.store.create(Workspaces.pending("last"), StoredSecrets.NONE);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> manager.subscriptions.size() == 0 && manager.streams.size() == 0);
    subscriber.take(10_000);
    Status end = subscriber.ended.get(5, TimeUnit.SECONDS);
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription())
        .isEqualTo("nothing of this subscription was read for 60 minutes, subscribe again");
  }

  @Test
  void aCancelledSubscriberIsForgotten() throws Exception {
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    assertThat(manager.subscriptions.size()).isEqualTo(1);
    subscriber.call.cancel("enough", null);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> manager.subscriptions.size() == 0 && manager.streams.size() == 0);
  }

  @Test
  void theEndOfTheServerComesAfterWhatIsPending() throws Exception {
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    for (int i = 0; i < 500; i++) {
      manager.store.create(
          Workspaces.pending("i" + i).withTrace(new TraceContext("", "x".repeat(500))),
          StoredSecrets.NONE);
    }
    subscriber.take(10_000);
    manager.server.stop(Duration.ofSeconds(5));
    Status end = subscriber.ended.get(5, TimeUnit.SECONDS);
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).isEqualTo("server is shutting down, subscribe again");
    assertThat(subscriber.heard.stream().map(response -> response.getStatus().getId()).distinct())
        .hasSize(500);
  }

  @Test
  void theServerEndsInTimeThoughASubscriberDoesNotRead() throws Exception {
    Subscriber subscriber = new Subscriber("", MetadataFilter.getDefaultInstance());
    String large = "x".repeat(60_000);
    for (int i = 0; i < 200; i++) {
      var workspace = Workspaces.pending("i" + i);
      manager.store.create(
          workspace.withStatus(workspace.status().withMessage(large)), StoredSecrets.NONE);
    }
    long began = System.nanoTime();
    manager.server.stop(Duration.ofMillis(500));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    assertThat(subscriber.heard).isEmpty();
  }

  private void awaitRunning(String id) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> manager.store.get(id).orElseThrow().phase() == Phase.RUNNING);
  }

  /** Reads when it is told to. Is subscribed once it is made. */
  private final class Subscriber {
    final ClientCall<SubscribeRequest, SubscribeResponse> call;
    final LinkedBlockingQueue<SubscribeResponse> heard = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();

    Subscriber(String from, MetadataFilter filter) throws Exception {
      Metadata metadata = new Metadata();
      if (!from.isEmpty()) {
        metadata.put(SubscribeFrom.METADATA, from);
      }
      CompletableFuture<Metadata> subscribed = new CompletableFuture<>();
      call =
          manager.channel.newCall(WorkspaceManagerGrpc.getSubscribeMethod(), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onHeaders(Metadata headers) {
              subscribed.complete(headers);
            }

            @Override
            public void onMessage(SubscribeResponse message) {
              heard.add(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              ended.complete(status);
            }
          },
          metadata);
      call.sendMessage(SubscribeRequest.newBuilder().setMustMatch(filter).build());
      call.halfClose();
      subscribed.get(10, TimeUnit.SECONDS);
    }

    void take(int messages) {
      call.request(messages);
    }

    List<SubscribeResponse> awaitPhase(String id, WorkspacePhase phase) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () ->
                  heard.stream()
                      .map(SubscribeResponse::getStatus)
                      .anyMatch(status -> status.getId().equals(id) && status.getPhase() == phase));
      return new ArrayList<>(
          heard.stream()
              .filter(
                  response ->
                      phase != WorkspacePhase.PENDING || response.getStatus().getId().equals(id))
              .toList());
    }
  }
}
