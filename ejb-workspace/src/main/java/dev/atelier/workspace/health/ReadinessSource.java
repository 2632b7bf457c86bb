// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.health;

import java.util.Optional;

/**
 * A part of the manager that must be well before calls are sent to it. Every CDI bean of this type
 * counts; the readiness probe asks each of them on every call, so answers come from memory.
 */
public interface ReadinessSource {

  /**
   * What it is, for people and the probe's answer: lower case with hyphens, such as {@code grpc}.
   */
  String name();

  /** Empty when it is ready, else one line that says why not; never throws. */
  Optional<String> problem();
}
