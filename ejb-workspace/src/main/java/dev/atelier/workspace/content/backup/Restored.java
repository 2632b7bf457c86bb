// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import java.time.Instant;
import java.util.List;

/**
 * What a workspace folder was filled with.
 *
 * @param url of the backup or snapshot
 * @param savedAt when that was begun: the content is as it was then
 * @param contentBytes of the files
 * @param notes for people, such as which newer backup was damaged; mostly empty
 */
public record Restored(String url, Instant savedAt, long contentBytes, List<String> notes) {
  /** Copies the notes. */
  public Restored {
    notes = List.copyOf(notes);
  }
}
