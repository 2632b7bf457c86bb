// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Copies of an instance's content that are made while it lives. They are made one after the other,
 * so that only the first that is pending may have begun.
 *
 * @param pending asked for and not over, in order; at most one that may have begun and one of each
 *     kind behind it
 * @param outcomes of the last few that are over, oldest first; at most {@value #KEPT_OUTCOMES}
 * @param backups how many live backups were begun; names them
 * @param nextBackupAt no live backup is due before; empty: none was made yet
 * @param lastBackup the newest live backup that is complete
 */
@RecordBuilder
public record Captures(
    List<Capture> pending,
    List<Capture.Outcome> outcomes,
    int backups,
    Optional<Instant> nextBackupAt,
    Optional<Capture.Outcome> lastBackup)
    implements CapturesBuilder.With {
  /** Enough for whoever waits for one to find it. */
  static final int KEPT_OUTCOMES = 8;

  /** None, ever. */
  public static final Captures NONE =
      new Captures(List.of(), List.of(), 0, Optional.empty(), Optional.empty());

  /** Copies what was given. */
  public Captures {
    pending = List.copyOf(pending);
    outcomes = List.copyOf(outcomes);
  }

  /** Whether the capture is not over. */
  public boolean pending(String id) {
    return pending.stream().anyMatch(capture -> capture.id().equals(id));
  }

  /** The first pending one of a kind, which may have begun. */
  public Optional<Capture> first(Capture.Kind kind) {
    return pending.stream().filter(capture -> capture.kind() == kind).findFirst();
  }

  /** A pending one of a kind that cannot have begun: what it copies is not older than now. */
  public Optional<Capture> waiting(Capture.Kind kind) {
    return pending.stream().skip(1).filter(capture -> capture.kind() == kind).findFirst();
  }

  /** The last pending one of a kind. */
  public Optional<Capture> latest(Capture.Kind kind) {
    return pending.stream().filter(capture -> capture.kind() == kind).reduce((one, next) -> next);
  }

  /** What came of a capture; empty while it is pending, and when that is long ago. */
  public Optional<Capture.Outcome> outcome(String id) {
    return outcomes.stream().filter(outcome -> outcome.id().equals(id)).findFirst();
  }

  /** The same with a snapshot to make. */
  public Captures withSnapshot(String id, Instant now) {
    return with(c -> c.pending(and(new Capture(id, Capture.Kind.SNAPSHOT, now))));
  }

  /** The same with a live backup to make. */
  public Captures withBackup(Instant now) {
    int number = backups + 1;
    return with(c -> c.backups(number).pending(and(Capture.backup(number, now))));
  }

  private List<Capture> and(Capture capture) {
    List<Capture> more = new ArrayList<>(pending);
    more.add(capture);
    return more;
  }

  /** The same with a pending one over. */
  public Captures settled(Capture.Outcome outcome) {
    List<Capture.Outcome> last = new ArrayList<>(outcomes);
    last.add(outcome);
    boolean backup = outcome.kind() == Capture.Kind.BACKUP && outcome.failure().isEmpty();
    return with(
        c -> {
          c.pending(pending.stream().filter(one -> !one.id().equals(outcome.id())).toList())
              .outcomes(last.subList(Math.max(0, last.size() - KEPT_OUTCOMES), last.size()));
          if (backup) {
            c.lastBackup(Optional.of(outcome));
          }
        });
  }
}
