// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

/** Which objects of a store somebody may use, and how. */
@FunctionalInterface
public interface Grant {
  /** What can be done with objects. */
  enum Act {
    /** Its bytes, and whether it is there. */
    READ,
    /** The names that begin with a text, with sizes and times. */
    LIST,
    /** Makes it, or puts another in its place. */
    WRITE,
    /** Removes it. */
    DELETE
  }

  /**
   * Whether it may be done.
   *
   * @param name of the object; for {@link Act#LIST} the beginning of names
   */
  boolean covers(Act act, String name);
}
