// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import com.google.protobuf.Timestamp;
import dev.atelier.proto.wsman.PortSpec;
import dev.atelier.proto.wsman.WorkspaceConditionBool;
import dev.atelier.proto.wsman.WorkspaceConditions;
import dev.atelier.proto.wsman.WorkspaceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What people are shown of a status. */
final class Statuses {
  private Statuses() {}

  /** Without the owner token, unless it was asked for. */
  static WorkspaceStatus shown(WorkspaceStatus status, boolean withToken) {
    if (withToken || status.getAuth().getOwnerToken().isEmpty()) {
      return status;
    }
    return status.toBuilder().setAuth(status.getAuth().toBuilder().clearOwnerToken()).build();
  }

  static List<String> header() {
    return List.of("ID", "OWNER", "WORKSPACE", "TYPE", "CLASS", "PHASE", "AGE", "MESSAGE");
  }

  static List<String> row(WorkspaceStatus status, Instant now) {
    return List.of(
        status.getId(),
        status.getMetadata().getOwner(),
        status.getMetadata().getMetaId(),
        status.getSpec().getType().name(),
        status.getSpec().getClass_(),
        status.getPhase().name(),
        age(status.getMetadata().getStartedAt(), now),
        plain(reason(status)));
  }

  private static String age(Timestamp since, Instant now) {
    Duration age = Duration.between(Instant.ofEpochSecond(since.getSeconds()), now);
    if (age.toHours() >= 48) {
      return age.toDays() + "d";
    }
    if (age.toMinutes() >= 120) {
      return age.toHours() + "h";
    }
    return age.toSeconds() >= 120 ? age.toMinutes() + "m" : Math.max(0, age.toSeconds()) + "s";
  }

  /** Why it failed or ends, else the manager's line on the present phase. */
  static String reason(WorkspaceStatus status) {
    WorkspaceConditions conditions = status.getConditions();
    for (String reason :
        List.of(
            conditions.getFailed(), conditions.getTimeout(), conditions.getHeadlessTaskFailed())) {
      if (!reason.isEmpty()) {
        return reason;
      }
    }
    return status.getMessage();
  }

  /** What an instance on its way to RUNNING waits for. */
  static String waitsFor(WorkspaceStatus status) {
    if (!status.getMessage().isEmpty()) {
      return plain(status.getMessage());
    }
    if (status.getConditions().getPullingImages() == WorkspaceConditionBool.TRUE) {
      return "images are being pulled";
    }
    if (status.getConditions().getNetworkNotReady() == WorkspaceConditionBool.TRUE) {
      return "its network is not ready";
    }
    return switch (status.getPhase()) {
      case PENDING -> "waits for a place to run";
      case CREATING -> "its containers or processes are being made";
      case INITIALIZING -> "its content is being made";
      case INTERRUPTED -> "waits for what it runs on";
      case STOPPING -> "its processes end, its content is saved";
      case UNKNOWN, RUNNING, STOPPED, UNRECOGNIZED -> "";
    };
  }

  /** All that is known, name and value in two columns; what is empty is left out. */
  static List<List<String>> describe(WorkspaceStatus status, String lastActivity) {
    List<List<String>> rows = new ArrayList<>();
    add(rows, "id", status.getId());
    add(rows, "owner", status.getMetadata().getOwner());
    add(rows, "workspace", status.getMetadata().getMetaId());
    add(rows, "type", status.getSpec().getType().name());
    add(rows, "class", status.getSpec().getClass_());
    add(rows, "image", status.getSpec().getWorkspaceImage());
    add(rows, "phase", status.getPhase().name());
    add(rows, "message", status.getMessage());
    Timestamp started = status.getMetadata().getStartedAt();
    add(rows, "started", Instant.ofEpochSecond(started.getSeconds(), started.getNanos()) + "");
    add(rows, "last activity", lastActivity);
    add(rows, "url", status.getSpec().getUrl());
    add(rows, "timeout", status.getSpec().getTimeout());
    add(rows, "closed timeout", status.getSpec().getClosedTimeout());
    add(rows, "admission", status.getAuth().getAdmission().name());
    add(rows, "node", status.getRuntime().getNodeName());
    for (PortSpec port : status.getSpec().getExposedPortsList()) {
      add(rows, "port", port.getPort() + " " + port.getVisibility() + " " + port.getUrl());
    }
    addConditions(rows, status);
    add(rows, "owner token", status.getAuth().getOwnerToken());
    return rows;
  }

  private static void addConditions(List<List<String>> rows, WorkspaceStatus status) {
    WorkspaceConditions conditions = status.getConditions();
    add(rows, "failed", conditions.getFailed());
    add(rows, "timed out", conditions.getTimeout());
    add(rows, "task failed", conditions.getHeadlessTaskFailed());
    add(rows, "snapshot", conditions.getSnapshot());
    if (conditions.getStoppedByRequest() == WorkspaceConditionBool.TRUE) {
      add(rows, "stopped", "by request");
    }
    if (conditions.getFinalBackupComplete() == WorkspaceConditionBool.TRUE) {
      add(rows, "final backup", "complete");
    }
    add(rows, "branch", status.getRepo().getBranch());
    add(rows, "commit", status.getRepo().getLatestCommit());
  }

  private static void add(List<List<String>> rows, String name, String value) {
    if (!value.isEmpty()) {
      rows.add(List.of(name, plain(value)));
    }
  }

  /** On one line, and without what would command a terminal. */
  static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(plain::appendCodePoint);
    return plain.toString();
  }
}
