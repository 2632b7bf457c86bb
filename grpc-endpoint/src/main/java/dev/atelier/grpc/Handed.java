// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.domain.Workspace;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Those updates of a stream of which it matters whether the client has taken them, from when they
 * were handed over until it has: they have left this process, and what was asked then has been
 * answered. Used by one task at a time; of a stream that ends before, none counts.
 */
final class Handed {
  /** Of bytes on their way out; what gRPC has unless it is told. */
  private static final int USUAL_THRESHOLD = 32 * 1024;

  /** Counts as ready once nothing is on its way out. */
  private static final int ALL_OUT = 1;

  /** Where it matters to nobody. */
  static final Handed UNNOTICED = new Handed(null, null, state -> false, state -> {});

  private final ServerCallStreamObserver<?> client;
  private final Arrivals.Arrival arrival;
  private final Predicate<Workspace> matters;
  private final Consumer<Workspace> taken;

  private List<Workspace> handed = new ArrayList<>();
  private List<Workspace> asked = List.of();
  private volatile boolean answered;

  /**
   * Nothing was handed over yet.
   *
   * @param matters of which updates it matters
   * @param taken told of each that the client has taken; only enqueues
   */
  Handed(
      ServerCallStreamObserver<?> client,
      Arrivals.Arrival arrival,
      Predicate<Workspace> matters,
      Consumer<Workspace> taken) {
    this.client = client;
    this.arrival = arrival;
    this.matters = matters;
    this.taken = taken;
  }

  /**
   * Of the call that is being served.
   *
   * @see #Handed
   */
  static Handed by(
      ServerCallStreamObserver<?> client, Predicate<Workspace> matters, Consumer<Workspace> taken) {
    return Arrivals.current()
        .map(arrival -> new Handed(client, arrival, matters, taken))
        .orElse(UNNOTICED);
  }

  /** An update was handed to gRPC. */
  void add(Workspace state) {
    if (matters.test(state)) {
      handed.add(state);
      arrival.setOnReadyThreshold(ALL_OUT);
    }
  }

  /**
   * Takes over what was answered, and asks where all is out.
   *
   * @param wake called when there is an answer
   * @return whether the client has taken everything of which it matters
   */
  boolean settle(Runnable wake) {
    if (answered) {
      answered = false;
      asked.forEach(taken);
      asked = List.of();
      if (handed.isEmpty()) {
        arrival.setOnReadyThreshold(USUAL_THRESHOLD);
      }
    }
    if (asked.isEmpty() && !handed.isEmpty() && client.isReady()) {
      asked = handed;
      handed = new ArrayList<>();
      arrival.ask(
          () -> {
            answered = true;
            wake.run();
          });
    }
    return asked.isEmpty() && handed.isEmpty();
  }
}
