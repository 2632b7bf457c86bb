// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.domain.SnapshotUrl;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What everything is called in the store. A manifest says which archive is its own; the archive's
 * name holds a random part, so that two who save the same never write to the same object.
 */
final class ContentNames {
  static final String BACKUPS = "backups/";
  static final String SNAPSHOTS = "snapshots/";
  static final String LOGS = "logs/";

  private static final String MANIFEST = ".manifest";
  private static final String LOG = ".log";
  private static final Pattern ARCHIVE = Pattern.compile("(.+)\\.[0-9a-f]{16}\\.tar\\.zst");

  private ContentNames() {}

  /** A part of an object's name before its last slash, and what comes after it. */
  record Split(WorkspaceKey key, String rest) {}

  static String backups(WorkspaceKey key) {
    return BACKUPS + key.owner() + "/" + key.metaId() + "/";
  }

  static String backup(WorkspaceKey key, BackupName name) {
    return backups(key) + name;
  }

  static String snapshot(String id) {
    return SNAPSHOTS + new SnapshotUrl(id).id();
  }

  static String logs(WorkspaceKey key) {
    return LOGS + key.owner() + "/" + key.metaId() + "/";
  }

  static String log(WorkspaceKey key, String instanceId) {
    WorkspaceKey.require(instanceId);
    return logs(key) + instanceId + LOG;
  }

  static String manifest(String base) {
    return base + MANIFEST;
  }

  static String archive(String base, long attempt) {
    return base + ".%016x.tar.zst".formatted(attempt);
  }

  /** What the manifest of that name describes; empty when it is no manifest. */
  static Optional<String> ofManifest(String name) {
    return name.endsWith(MANIFEST)
        ? Optional.of(name.substring(0, name.length() - MANIFEST.length()))
        : Optional.empty();
  }

  /** What the archive of that name is of; empty when it is no archive. */
  static Optional<String> ofArchive(String name) {
    Matcher archive = ARCHIVE.matcher(name);
    return archive.matches() ? Optional.of(archive.group(1)) : Optional.empty();
  }

  /** Whose log has that name in its folder; empty when it is none. */
  static Optional<String> instanceOfLog(String name) {
    return Optional.of(name)
        .filter(file -> file.endsWith(LOG))
        .map(file -> file.substring(0, file.length() - LOG.length()))
        .filter(WorkspaceKey::isLabel);
  }

  /** Whose a name is, below {@code root}; empty when it is not like ours. */
  static Optional<Split> split(String root, String name) {
    String[] parts = name.substring(root.length()).split("/", -1);
    boolean ours =
        parts.length == 3 && WorkspaceKey.isLabel(parts[0]) && WorkspaceKey.isLabel(parts[1]);
    return ours
        ? Optional.of(new Split(new WorkspaceKey(parts[0], parts[1]), parts[2]))
        : Optional.empty();
  }
}
