// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

/**
 * Which part of something long a page shows.
 *
 * @param total how many there are
 * @param page which, from 1
 * @param pages how many, at least 1
 * @param from index of the first, from 0
 * @param to index after the last
 */
public record Paging(int total, int page, int pages, int from, int to) {

  /** The page that was asked for, or the last one where there are fewer. */
  static Paging of(int total, int asked, int size) {
    int pages = Math.max(1, (total + size - 1) / size);
    int page = Math.min(asked, pages);
    int from = (page - 1) * size;
    return new Paging(total, page, pages, from, Math.min(total, from + size));
  }

  /** Whether there are several pages. */
  public boolean several() {
    return pages > 1;
  }

  /** Whether there is one before. */
  public boolean hasPrevious() {
    return page > 1;
  }

  /** Whether there is one after. */
  public boolean hasNext() {
    return page < pages;
  }
}
