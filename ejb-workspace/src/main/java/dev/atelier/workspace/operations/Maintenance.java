// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;

/** A time in which nothing starts, stops, is snapshotted or times out. */
public final class Maintenance {
  private final MaintenanceRecord record;
  private final InstantSource clock;
  private final AuditLog audit;
  private volatile Optional<Instant> end;
  private volatile Runnable changed = () -> {};

  /**
   * Takes over what is kept.
   *
   * @param configured the end that is configured; the later one of both holds
   */
  public Maintenance(
      MaintenanceRecord record, Optional<Instant> configured, InstantSource clock, AuditLog audit)
      throws WorkspaceFault {
    this.record = record;
    this.clock = clock;
    this.audit = audit;
    this.end = Stream.concat(record.read().stream(), configured.stream()).max(Instant::compareTo);
    record.watch(
        until -> {
          end = until;
          changed.run();
        });
  }

  /** Until when; empty: there is no maintenance now. */
  public Optional<Instant> until() {
    return end.filter(clock.instant()::isBefore);
  }

  /** Whether there is maintenance now. */
  public boolean active() {
    return until().isPresent();
  }

  /**
   * Begins or changes maintenance, or ends it.
   *
   * @param until its end; empty: it ends now
   */
  public void set(Optional<Instant> until, Caller caller) throws WorkspaceFault {
    audit.act(
        caller,
        "SetMaintenance",
        until.map(Instant::toString).orElse("none"),
        () -> {
          record.write(until);
          end = until;
        });
    changed.run();
  }

  /** Has {@code listener} called after each change; it only enqueues, and never throws. */
  public void onChange(Runnable listener) {
    changed = listener;
  }

  /** Refuses while there is maintenance. */
  void refuse() throws WorkspaceFault {
    if (active()) {
      throw WorkspaceFault.underMaintenance();
    }
  }
}
