// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.UnsavedContent;
import java.util.List;

/**
 * Content that could not be saved, as a line of the page.
 *
 * @param id of the instance that left it
 * @param name of the workspace proper
 * @param owner whose it is
 * @param since when it was given up, as RFC 3339
 */
public record UnsavedRow(String id, String name, String owner, String since) {
  /** In the order that was given. */
  static List<UnsavedRow> of(List<UnsavedContent> contents) {
    return contents.stream()
        .map(one -> new UnsavedRow(one.id(), one.metaId(), one.owner(), one.since().toString()))
        .toList();
  }
}
