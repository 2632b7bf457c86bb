// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Addresses of the pages of a list. */
final class PageSearch {
  private PageSearch() {}

  /** The page of that number, with one more parameter unless it is empty. */
  static String of(String name, String value, int page) {
    String search = "?page=" + page;
    return value.isEmpty()
        ? search
        : "?" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8) + "&page=" + page;
  }
}
