// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened to an instance.
 *
 * @param instance id of it
 * @param at when
 * @param kind what sort of thing
 * @param title a few words for people
 * @param detail more of it: a cause, a size, where something is; may be empty; never a secret
 * @param advice what may be done about a failure; empty otherwise
 * @param actor who did it; empty when nobody did
 * @param duration how long it took, where that is known
 */
public record TimelineEntry(
    String instance,
    Instant at,
    Kind kind,
    String title,
    String detail,
    String advice,
    String actor,
    Optional<Duration> duration) {

  /** The sorts of things that happen. */
  public enum Kind {
    /** It has reached a phase. */
    PHASE,
    /** Something holds of it from then on. */
    CONDITION,
    /** A step of the making of its content is over. */
    CONTENT,
    /** A copy of its content is over. */
    COPY,
    /** Something went wrong. */
    FAILURE,
    /** Somebody did something. */
    ACT
  }
}
