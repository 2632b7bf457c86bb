// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import java.time.Instant;
import java.util.Optional;

/**
 * What the events of a pod say that its status does not.
 *
 * @param pulling since when an image is pulled, by the last event of that kind; empty: none was
 * @param warning the last warning's text, for people; may be empty
 * @param failing since when pulls of its images fail; empty: none has
 */
public record PodEvents(Optional<Instant> pulling, String warning, Optional<Instant> failing) {
  /** None was seen. */
  public static final PodEvents NONE = new PodEvents(Optional.empty(), "", Optional.empty());

  PodEvents withPulling(Instant at) {
    return new PodEvents(Optional.of(at), warning, failing);
  }

  PodEvents withWarning(String text) {
    return new PodEvents(pulling, text, failing);
  }

  PodEvents withFailing(Instant at) {
    return failing.isPresent() ? this : new PodEvents(pulling, warning, Optional.of(at));
  }
}
