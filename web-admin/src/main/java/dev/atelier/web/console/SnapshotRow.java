// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Snapshot;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * A snapshot as a line of a table.
 *
 * @param id of it
 * @param url what starts from it name
 * @param link of the form that starts from it
 * @param name of the workspace that it is a copy of
 * @param owner of that workspace
 * @param instance that it is a copy of
 * @param created when it was asked for, as RFC 3339
 * @param took how long the copy took; empty while it goes on
 * @param state for the style sheet
 * @param label the state for people
 * @param message why it failed; empty otherwise
 * @param complete whether it can be started from
 */
public record SnapshotRow(
    String id,
    String url,
    String link,
    String name,
    String owner,
    String instance,
    String created,
    String took,
    String state,
    String label,
    String message,
    boolean complete) {

  static SnapshotRow of(Snapshot snapshot) {
    Instant created = snapshot.createdAt();
    return new SnapshotRow(
        snapshot.id(),
        snapshot.url(),
        "/start?snapshot=" + URLEncoder.encode(snapshot.url(), StandardCharsets.UTF_8),
        snapshot.metaId(),
        snapshot.owner(),
        snapshot.instanceId(),
        created.toString(),
        snapshot
            .settledAt()
            .map(settled -> HumanDuration.of(Duration.between(created, settled)))
            .orElse(""),
        Wording.key(snapshot.state()),
        switch (snapshot.state()) {
          case UNDERWAY -> "Under way";
          case COMPLETE -> "Complete";
          case FAILED -> "Failed";
        },
        snapshot.message(),
        snapshot.state() == Snapshot.State.COMPLETE);
  }
}
