// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

/** Which page of something long is asked for. */
final class PageNumber {
  private PageNumber() {}

  /** From 1; 1 for what is no such number, null included. */
  static int of(String text) {
    return text != null && text.matches("[1-9][0-9]{0,6}") ? Integer.parseInt(text) : 1;
  }
}
