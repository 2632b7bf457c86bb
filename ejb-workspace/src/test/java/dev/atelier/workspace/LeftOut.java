// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import org.junit.jupiter.api.Assumptions;

/** Tests that a machine cannot run: each is left out with a line that says why and which. */
public final class LeftOut {
  private LeftOut() {}

  /**
   * Leaves out the test that calls it, or from what prepares a class the class.
   *
   * @param why what is missing, in words that follow "for"
   * @param what is not tested then
   */
  public static void unless(boolean there, String why, String what) {
    if (!there) {
      String line = "left out, for " + why + ": " + what;
      System.out.println(line);
      Assumptions.abort(line);
    }
  }
}
