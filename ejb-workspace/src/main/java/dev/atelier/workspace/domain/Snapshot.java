// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot of an instance's content, which outlives the instance.
 *
 * @param id see {@link SnapshotUrl}
 * @param instanceId what it is a copy of
 * @param owner of that instance
 * @param metaId of that instance
 * @param createdAt when it was asked for
 * @param state how far it is
 * @param message why it failed; empty otherwise
 * @param settledAt when it was complete or had failed
 * @param deletedAt since when it is being deleted, so that nothing starts from it any more
 */
@RecordBuilder
public record Snapshot(
    String id,
    String instanceId,
    String owner,
    String metaId,
    Instant createdAt,
    State state,
    String message,
    Optional<Instant> settledAt,
    Optional<Instant> deletedAt)
    implements SnapshotBuilder.With {

  /** How far a snapshot is. */
  public enum State {
    /** Its copy waits or goes on. */
    UNDERWAY,
    /** Whole and durable. */
    COMPLETE,
    /** There is none. */
    FAILED
  }

  /** One that was just asked for. */
  public static Snapshot of(Workspace workspace, String id, Instant now) {
    return new Snapshot(
        id,
        workspace.id(),
        workspace.spec().owner(),
        workspace.spec().metaId(),
        now,
        State.UNDERWAY,
        "",
        Optional.empty(),
        Optional.empty());
  }

  /** The same, complete; or failed for that reason unless it is empty. */
  public Snapshot settled(String failure, Instant now) {
    return with(
        s ->
            s.state(failure.isEmpty() ? State.COMPLETE : State.FAILED)
                .message(failure)
                .settledAt(Optional.of(now)));
  }

  /** Why nothing can start from it, in words that follow its name; empty when something can. */
  public Optional<String> refusal() {
    if (deletedAt.isPresent()) {
      return Optional.of("is being deleted");
    }
    return state == State.COMPLETE
        ? Optional.empty()
        : Optional.of("failed: " + (message.isEmpty() ? "it was cut off" : message));
  }

  /**
   * Whether it is not to be recorded after that one, whoever comes late: what is whole stays so,
   * and the end of a copy does not bring back what is being deleted.
   */
  public boolean yieldsTo(Snapshot recorded) {
    boolean worse = state == State.FAILED && recorded.state() == State.COMPLETE;
    return worse || (state != recorded.state() && deletedAt.isEmpty() && recorded.deletes());
  }

  private boolean deletes() {
    return deletedAt.isPresent();
  }

  /** What clients call it. */
  public String url() {
    return new SnapshotUrl(id).toString();
  }
}
