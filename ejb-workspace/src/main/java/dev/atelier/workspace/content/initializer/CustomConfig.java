// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Configuration that a checkout gets. It is written when everything has been fetched, so that none
 * of it can lead git past its door; what says how to fetch and how files are written works before.
 */
final class CustomConfig {
  /** What {@code git lfs install} would set. */
  static final Map<String, String> LFS =
      Map.of(
          "filter.lfs.clean", "git-lfs clean -- %f",
          "filter.lfs.smudge", "git-lfs smudge -- %f",
          "filter.lfs.process", "git-lfs filter-process",
          "filter.lfs.required", "true");

  /** The same without the one that a git status could not do without. */
  static final Map<String, String> KEPT_LFS =
      LFS.entrySet().stream()
          .filter(filter -> !filter.getKey().equals("filter.lfs.process"))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);

  private static final Pattern KEY =
      Pattern.compile("([A-Za-z0-9-]+)(?:\\.([^\\n\\x00]*))?\\.([A-Za-z][A-Za-z0-9-]*)");

  private static final Set<String> FOR_TRANSFER =
      Set.of(
          "core.autocrlf",
          "core.eol",
          "core.safecrlf",
          "core.filemode",
          "core.symlinks",
          "core.longpaths",
          "core.bigfilethreshold",
          "core.compression",
          "http.sslverify",
          "http.version",
          "http.postbuffer",
          "http.lowspeedlimit",
          "http.lowspeedtime",
          "http.useragent",
          "protocol.version",
          "fetch.fsckobjects",
          "transfer.fsckobjects");

  private final Map<String, String> entries;

  CustomConfig(Map<String, String> entries) throws ContentFault {
    this.entries = new TreeMap<>(entries);
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      if (!KEY.matcher(entry.getKey()).matches() || entry.getValue().indexOf(0) >= 0) {
        throw new ContentFault("not a git configuration key: " + printable(entry.getKey()));
      }
    }
  }

  /** What is needed while fetching and checking out. */
  Map<String, String> forTransfer() {
    return entries.entrySet().stream()
        .filter(entry -> FOR_TRANSFER.contains(entry.getKey().toLowerCase(Locale.ROOT)))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** How long a server may send nothing: a minute, unless it says a whole number of seconds. */
  Duration patience() {
    return entries.entrySet().stream()
        .filter(entry -> entry.getKey().equalsIgnoreCase("http.lowSpeedTime"))
        .map(Map.Entry::getValue)
        .filter(seconds -> seconds.matches("[1-9]\\d{0,5}"))
        .findFirst()
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .filter(given -> given.compareTo(LEAST_PATIENCE) >= 0)
        .orElse(PATIENCE);
  }

  /** Adds Git LFS's filters, without the one that git status could not do without. */
  void addLfs() {
    KEPT_LFS.forEach(entries::putIfAbsent);
  }

  /** All of it in the form of git's configuration file. */
  Source source() {
    StringBuilder text = new StringBuilder();
    entries.forEach(
        (key, value) -> {
          Matcher parts = KEY.matcher(key);
          if (parts.matches()) {
            text.append('[').append(parts.group(1));
            if (parts.group(2) != null) {
              text.append(" \"").append(escaped(parts.group(2))).append('"');
            }
            text.append("]\n\t").append(parts.group(3)).append(" = \"");
            text.append(escaped(value).replace("\n", "\\n").replace("\t", "\\t")).append("\"\n");
          }
        });
    return stream -> stream.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String printable(String key) {
    return key.substring(0, Math.min(80, key.length())).replaceAll("\\p{Cntrl}", "?");
  }
}
