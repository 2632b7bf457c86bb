// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

/** An invariant does not hold. */
@SuppressWarnings("AnnotateFormatMethod") // whose annotation is not on the test class path
final class Broken extends AssertionError {
  private static final long serialVersionUID = 1L;

  Broken(String invariant, Object... about) {
    super(invariant.formatted(about));
  }

  static void unless(boolean holds, String invariant, Object... about) {
    if (!holds) {
      throw new Broken(invariant, about);
    }
  }
}
