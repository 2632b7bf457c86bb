// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.web.rest.StatusJson;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.Timeline;
import dev.atelier.workspace.operations.StoredContentOperations;
import dev.atelier.workspace.operations.WorkspaceOperations;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.json.Json;
import jakarta.json.JsonWriter;
import jakarta.json.JsonWriterFactory;
import jakarta.json.stream.JsonGenerator;
import jakarta.servlet.http.HttpServletRequest;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What the page of one instance shows beside its status. */
@Named
@RequestScoped
public class WorkspacePage {
  private static final JsonWriterFactory PRETTY =
      Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true));

  @Inject private WorkspaceOperations operations;
  @Inject private StoredContentOperations content;
  @Inject private Timeline timeline;
  @Inject private HttpServletRequest request;

  private WorkspaceView shown() {
    return (WorkspaceView) request.getAttribute(WorkspaceView.ATTRIBUTE);
  }

  /** Everything that happened to it, the newest first. */
  public List<TimelineRow> getTimeline() {
    List<TimelineRow> rows = new ArrayList<>();
    try {
      timeline.of(shown().row().id()).forEach(entry -> rows.add(TimelineRow.of(entry)));
    } catch (WorkspaceFault fault) {
      // The ledger is away: what the instance itself knows is better than nothing.
      rows.clear();
    }
    if (rows.isEmpty()) {
      shown().steps().forEach(step -> rows.add(TimelineRow.of(step)));
    }
    Collections.reverse(rows);
    return rows;
  }

  /** Its status in JSON, as REST answers it. */
  public String getRaw() {
    try {
      StringWriter text = new StringWriter();
      try (JsonWriter writer = PRETTY.createWriter(text)) {
        writer.write(StatusJson.of(operations.describe(shown().row().id())).build());
      }
      return text.toString().strip();
    } catch (WorkspaceFault fault) {
      return fault.getMessage();
    }
  }

  /** The names of its variables; none where they cannot be had. */
  public List<String> getEnvironment() {
    try {
      return operations.environmentNames(shown().row().id());
    } catch (WorkspaceFault fault) {
      return List.of();
    }
  }

  /** The snapshots of its workspace, the newest first; none where they cannot be had. */
  public List<SnapshotRow> getSnapshots() {
    WorkspaceRow row = shown().row();
    try {
      return content.snapshots().stream()
          .filter(one -> one.metaId().equals(row.name()) && one.owner().equals(row.owner()))
          .map(SnapshotRow::of)
          .sorted(Comparator.comparing(SnapshotRow::created).reversed())
          .toList();
    } catch (WorkspaceFault fault) {
      return List.of();
    }
  }

  /** Of the form that starts from its last backup. */
  public String getBackupLink() {
    return StoredContentList.backupLink(shown().row().owner(), shown().row().name());
  }
}
