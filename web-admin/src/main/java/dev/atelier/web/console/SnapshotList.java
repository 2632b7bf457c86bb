// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.StoredContentOperations;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Comparator;

/** The page of snapshots that was asked for, the newest first. */
@Named
@RequestScoped
public class SnapshotList extends FoundRows<SnapshotRow> {
  private static final Comparator<Snapshot> NEWEST_FIRST =
      Comparator.comparing(Snapshot::createdAt).reversed();

  @Inject private StoredContentOperations content;

  @PostConstruct
  void read() {
    try {
      find(content.snapshots(), SnapshotList::words, NEWEST_FIRST, SnapshotRow::of);
    } catch (WorkspaceFault fault) {
      fail(fault);
    }
  }

  private static String words(Snapshot one) {
    return one.metaId() + " " + one.owner() + " " + one.instanceId() + " " + one.url();
  }
}
