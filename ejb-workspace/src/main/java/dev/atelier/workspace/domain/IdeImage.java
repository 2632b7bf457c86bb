// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * The images of an IDE; the local runtime ignores them.
 *
 * @param webRef the IDE's image; empty: none
 * @param supervisorRef the supervisor's image; empty: none
 */
public record IdeImage(String webRef, String supervisorRef) {
  /** No IDE. */
  public static final IdeImage NONE = new IdeImage("", "");
}
