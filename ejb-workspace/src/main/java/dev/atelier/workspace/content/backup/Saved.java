// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.archive.Notes;
import java.time.Instant;

/**
 * A backup or snapshot that is whole and durable.
 *
 * @param url what clients are told
 * @param written whether it was made now; false: it was there, or nothing had changed since
 * @param bytes of the archive in the store
 * @param contentBytes of the files in it
 * @param begunAt when the copy was begun: it holds what was there then
 * @param finishedAt when it was whole
 * @param notes what it has not
 */
public record Saved(
    String url,
    boolean written,
    long bytes,
    long contentBytes,
    Instant begunAt,
    Instant finishedAt,
    Notes notes) {

  static Saved of(String url, boolean written, Manifest manifest) {
    return new Saved(
        url,
        written,
        manifest.archive().compressedBytes(),
        manifest.archive().contentBytes(),
        manifest.begunAt(),
        manifest.finishedAt(),
        manifest.archive().notes());
  }
}
