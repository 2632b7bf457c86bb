// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import dev.atelier.workspace.content.archive.Archive;
import dev.atelier.workspace.content.archive.UnusableArchive;
import dev.atelier.workspace.domain.Format;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Describes one stored archive. It is written when the archive is whole: what has none is not
 * there.
 *
 * @param kind what it is
 * @param key whose
 * @param instanceId of which it is a copy
 * @param createdAt when that instance was created
 * @param begunAt when the copy was begun
 * @param finishedAt when it was whole
 * @param fingerprint of the tree just before; empty when none was taken
 * @param archiveName of the archive in the store
 * @param archive what must be found there
 */
record Manifest(
    Kind kind,
    WorkspaceKey key,
    String instanceId,
    Instant createdAt,
    Instant begunAt,
    Instant finishedAt,
    Optional<String> fingerprint,
    String archiveName,
    Archive archive) {
  private static final String FORMAT = "atelier-content ";
  private static final Pattern FIRST = Pattern.compile(FORMAT + "([0-9]{1,9})\n");
  private static final String WHOLE = "whole ";

  /** What an archive is kept for. */
  enum Kind {
    /** The final backup of an instance. */
    FINAL,
    /** A backup made while the instance ran. */
    LIVE,
    /** A snapshot. */
    SNAPSHOT;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** As lines, the last of which tells whether the others are the same. */
  String text() {
    String text =
        String.join(
            "\n",
            FORMAT + Format.CONTENT.number(),
            "kind " + kind.word(),
            "owner " + key.owner(),
            "meta-id " + key.metaId(),
            "instance " + instanceId,
            "created " + createdAt,
            "begun " + begunAt,
            "finished " + finishedAt,
            "fingerprint " + fingerprint.orElse("none"),
            "archive " + archiveName,
            archive.text());
    return text + WHOLE + sum(text) + "\n";
  }

  /**
   * Reads {@link #text()} back.
   *
   * @throws BackupFault it is anything else (UNUSABLE), or only a newer version reads it (REFUSED:
   *     it is no reason to take an earlier one)
   */
  static Manifest parse(String text) throws BackupFault {
    Matcher first = FIRST.matcher(text);
    if (first.lookingAt()) {
      Optional<String> refusal =
          Format.CONTENT.refusal("its description", Long.parseLong(first.group(1)));
      if (refusal.isPresent()) {
        throw new BackupFault(BackupFault.Kind.REFUSED, refusal.get(), null);
      }
    }
    int end = text.lastIndexOf(WHOLE);
    if (end < 0 || !text.substring(end).equals(WHOLE + sum(text.substring(0, end)) + "\n")) {
      throw unusable("its description is torn or was changed", null);
    }
    String[] lines = text.substring(0, end).split("\n", 11);
    try {
      if (lines.length != 11 || !lines[0].equals(FORMAT + Format.CONTENT.number())) {
        throw unusable("its description is in another format", null);
      }
      String fingerprint = value(lines[8], "fingerprint");
      return new Manifest(
          Kind.valueOf(value(lines[1], "kind").toUpperCase(Locale.ROOT)),
          new WorkspaceKey(value(lines[2], "owner"), value(lines[3], "meta-id")),
          value(lines[4], "instance"),
          Instant.parse(value(lines[5], "created")),
          Instant.parse(value(lines[6], "begun")),
          Instant.parse(value(lines[7], "finished")),
          Optional.of(fingerprint).filter(known -> !known.equals("none")),
          value(lines[9], "archive"),
          Archive.parse(lines[10]));
    } catch (UnusableArchive | IllegalArgumentException | DateTimeException e) {
      throw unusable("its description makes no sense", e);
    }
  }

  private static String value(String line, String name) {
    if (!line.startsWith(name + " ")) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return line.substring(name.length() + 1);
  }

  private static BackupFault unusable(String message, Throwable cause) {
    return new BackupFault(BackupFault.Kind.UNUSABLE, message, cause);
  }

  private static String sum(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
