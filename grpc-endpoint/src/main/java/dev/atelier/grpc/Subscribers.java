// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.SubscribeResponse;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.subscribe.HeardEndings;
import dev.atelier.workspace.subscribe.Hearer;
import dev.atelier.workspace.subscribe.Past;
import dev.atelier.workspace.subscribe.Subscriptions;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * Says what a subscriber is told of the past. One that follows every instance and does not ask for
 * the beginning is a platform's bridge, which has listed what there is and is to miss no end; such
 * streams alone hear for their caller.
 */
final class Subscribers {
  private final Subscriptions subscriptions;
  private final HeardEndings endings;
  private final StatusCache statuses;
  private final StatusStreams streams;

  Subscribers(
      Subscriptions subscriptions,
      HeardEndings endings,
      StatusCache statuses,
      StatusStreams streams) {
    this.subscriptions = subscriptions;
    this.endings = endings;
    this.statuses = statuses;
    this.streams = streams;
  }

  /** Follows for the client of the call that is being served. */
  void open(WorkspaceFilter filter, ServerCallStreamObserver<SubscribeResponse> client) {
    if (SubscribeFrom.beginning()) {
      open(filter, Past.PRESENT, Handed.UNNOTICED, client);
    } else if (filter.equals(WorkspaceFilter.ALL)) {
      Hearer hearer = Callers.hearer();
      try {
        open(
            filter,
            endings.unheardBy(hearer),
            Handed.by(client, endings::counts, state -> endings.heard(hearer, state)),
            client);
      } catch (WorkspaceFault fault) {
        client.onError(Faults.of(fault, "Subscribe"));
      }
    } else {
      open(filter, Past.NOTHING, Handed.UNNOTICED, client);
    }
  }

  private void open(
      WorkspaceFilter filter,
      Past past,
      Handed handed,
      ServerCallStreamObserver<SubscribeResponse> client) {
    String name = Callers.current().name();
    streams.open(
        client,
        statuses.viewOf(Authentication.current()),
        handed,
        readable -> subscriptions.open(name, filter, past, readable));
  }
}
