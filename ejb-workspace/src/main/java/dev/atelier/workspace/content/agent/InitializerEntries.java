// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Initializers as texts with names, credentials included. */
final class InitializerEntries {
  private InitializerEntries() {}

  static Initializer read(Entries entries) {
    String kind = entries.required("kind");
    return switch (kind) {
      case "empty" -> new Initializer.Empty();
      case "git" -> git(entries);
      case "download" ->
          new Initializer.Download(
              entries.list(
                  "file",
                  "url",
                  file ->
                      new Initializer.FileInfo(
                          file.required("url"), file.text("path", ""), file.required("digest"))),
              entries.text("location", ""));
      case "snapshot" -> snapshot(entries);
      case "prebuild" ->
          new Initializer.Prebuild(
              entries.below("snapshot").has("kind")
                  ? Optional.of(snapshot(entries.below("snapshot")))
                  : Optional.empty(),
              entries.list("git", "kind", InitializerEntries::git));
      case "composite" ->
          new Initializer.Composite(entries.list("step", "kind", InitializerEntries::read));
      case "backup" ->
          new Initializer.Backup(entries.text("location", ""), entries.flag("volume", false));
      default -> throw new IllegalArgumentException("there is no initializer " + kind);
    };
  }

  private static Initializer.Snapshot snapshot(Entries entries) {
    return new Initializer.Snapshot(entries.text("url", ""), entries.flag("volume", false));
  }

  private static Initializer.Git git(Entries entries) {
    Map<String, String> config = new LinkedHashMap<>();
    for (String[] pair :
        entries.list(
            "config", "key", one -> new String[] {one.required("key"), one.text("value", "")})) {
      config.put(pair[0], pair[1]);
    }
    return new Initializer.Git(
        entries.required("remote"),
        entries.text("upstream", ""),
        entries.constant("mode", CloneTargetMode.class),
        entries.text("target", ""),
        entries.text("location", ""),
        config,
        new GitAuthentication(
            entries.constant("authentication", GitAuthentication.Method.class),
            entries.text("user", ""),
            entries.text("password", ""),
            entries.text("one-time-secret", "")),
        entries.flag("full", false));
  }

  static void write(String prefix, Initializer initializer, Map<String, String> to) {
    if (initializer instanceof Initializer.Git git) {
      write(prefix, git, to);
    } else if (initializer instanceof Initializer.Download download) {
      to.put(prefix + "kind", "download");
      to.put(prefix + "location", download.targetLocation());
      for (int i = 0; i < download.files().size(); i++) {
        Initializer.FileInfo file = download.files().get(i);
        to.put(prefix + "file." + i + ".url", file.url());
        to.put(prefix + "file." + i + ".path", file.filePath());
        to.put(prefix + "file." + i + ".digest", file.digest());
      }
    } else if (initializer instanceof Initializer.Snapshot snapshot) {
      write(prefix, snapshot, to);
    } else if (initializer instanceof Initializer.Prebuild prebuild) {
      to.put(prefix + "kind", "prebuild");
      prebuild.prebuild().ifPresent(snapshot -> write(prefix + "snapshot.", snapshot, to));
      for (int i = 0; i < prebuild.git().size(); i++) {
        write(prefix + "git." + i + ".", prebuild.git().get(i), to);
      }
    } else if (initializer instanceof Initializer.Composite composite) {
      to.put(prefix + "kind", "composite");
      for (int i = 0; i < composite.initializers().size(); i++) {
        write(prefix + "step." + i + ".", composite.initializers().get(i), to);
      }
    } else if (initializer instanceof Initializer.Backup backup) {
      to.put(prefix + "kind", "backup");
      to.put(prefix + "location", backup.checkoutLocation());
      to.put(prefix + "volume", Boolean.toString(backup.fromVolumeSnapshot()));
    } else {
      to.put(prefix + "kind", "empty");
    }
  }

  private static void write(String prefix, Initializer.Snapshot snapshot, Map<String, String> to) {
    to.put(prefix + "kind", "snapshot");
    to.put(prefix + "url", snapshot.snapshot());
    to.put(prefix + "volume", Boolean.toString(snapshot.fromVolumeSnapshot()));
  }

  private static void write(String prefix, Initializer.Git git, Map<String, String> to) {
    to.put(prefix + "kind", "git");
    to.put(prefix + "remote", git.remoteUri());
    to.put(prefix + "upstream", git.upstreamRemoteUri());
    to.put(prefix + "mode", git.targetMode().name());
    to.put(prefix + "target", git.cloneTarget());
    to.put(prefix + "location", git.checkoutLocation());
    to.put(prefix + "full", Boolean.toString(git.fullClone()));
    List<Map.Entry<String, String>> config = new ArrayList<>(git.customConfig().entrySet());
    for (int i = 0; i < config.size(); i++) {
      to.put(prefix + "config." + i + ".key", config.get(i).getKey());
      to.put(prefix + "config." + i + ".value", config.get(i).getValue());
    }
    to.put(prefix + "authentication", git.authentication().method().name());
    to.put(prefix + "user", git.authentication().user());
    to.put(prefix + "password", git.authentication().password());
    to.put(prefix + "one-time-secret", git.authentication().oneTimeSecretUrl());
  }
}
