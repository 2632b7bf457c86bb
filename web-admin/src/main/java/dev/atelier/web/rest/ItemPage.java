// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import java.util.function.Supplier;

/**
 * A page of a list whose items may be large: as many as are asked for, and fewer when they take
 * more than {@value #MOST_CHARACTERS} characters in all, but one at least, so that whoever goes on
 * comes to the end. Nothing more than what is answered is held.
 */
final class ItemPage {
  /** Of all items together, as JSON. */
  static final int MOST_CHARACTERS = 4_000_000;

  private final int most;
  private final StringBuilder items = new StringBuilder();
  private int count;
  private String last = "";
  private String next = "";

  /** An empty one, for that many at most. */
  ItemPage(int most) {
    this.most = most;
  }

  /**
   * Adds one where there is room; after the first that has none, nothing more is to be added.
   *
   * @param key what the next page begins after; safe in JSON as it is
   * @param json of the item
   * @return whether it was added
   */
  boolean add(String key, Supplier<String> json) {
    if (count == most) {
      next = last;
      return false;
    }
    String item = json.get();
    if (count > 0 && items.length() + item.length() > MOST_CHARACTERS) {
      next = last;
      return false;
    }
    if (count++ > 0) {
      items.append(',');
    }
    items.append(item);
    last = key;
    return true;
  }

  /** Its items, and where it goes on if it does. */
  String json() {
    String after = next.isEmpty() ? "" : ",\"next\":\"" + next + "\"";
    return "{\"items\":[" + items + "]" + after + "}";
  }
}
