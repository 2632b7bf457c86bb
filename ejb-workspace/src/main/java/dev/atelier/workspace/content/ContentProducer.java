// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.archive.ArchiveSettings;
import dev.atelier.workspace.content.archive.Archives;
import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.backup.Retention;
import dev.atelier.workspace.content.backup.RetentionSettings;
import dev.atelier.workspace.content.backup.StoredContent;
import dev.atelier.workspace.content.egress.AddressRange;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.egress.UpstreamProxy;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.store.ContentStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.eclipse.microprofile.config.ConfigProvider;

/** Hands out what works on content, as {@code atelier.content.*} wants it. */
@ApplicationScoped
public class ContentProducer {
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "[::1]", "localhost");

  @Produces
  @Singleton
  ContentInitialization contentInitialization(Backups backups, InstantSource clock) {
    Settings settings =
        new Settings(ConfigProvider.getConfig(ContentProducer.class.getClassLoader()));
    return new ContentInitialization(read(settings), backups, clock, ContentProducer::thread);
  }

  void close(@Disposes ContentInitialization initialization) {
    initialization.close();
  }

  @Produces
  @Singleton
  Backups backups(ContentStore store, InstantSource clock) {
    Settings settings =
        new Settings(ConfigProvider.getConfig(ContentProducer.class.getClassLoader()));
    BackupSettings read = readBackups(settings);
    ArchiveSettings archives = readArchives(settings);
    return new Backups(
        store,
        new Archives(archives, ContentProducer::thread),
        read,
        clock,
        ContentProducer::thread,
        new SecureRandom());
  }

  @Produces
  @Singleton
  StoredContent storedContent(ContentStore store) {
    return new StoredContent(store);
  }

  @Produces
  @Singleton
  Retention retention(StoredContent content, InstantSource clock) {
    Settings settings =
        new Settings(ConfigProvider.getConfig(ContentProducer.class.getClassLoader()));
    return new Retention(content, readRetention(settings), clock);
  }

  /** Reads how long content is kept, all faults at once. */
  static RetentionSettings readRetention(Settings settings) {
    String keys = "atelier.content.retention.";
    int snapshots = settings.number(keys + "snapshots-per-workspace", 0, 0, Integer.MAX_VALUE);
    RetentionSettings read =
        new RetentionSettings(
            days(settings, keys + "backup-days"),
            days(settings, keys + "snapshot-days"),
            snapshots == 0 ? OptionalInt.empty() : OptionalInt.of(snapshots),
            days(settings, keys + "log-days"));
    settings.throwIfAny();
    return read;
  }

  private static Optional<Duration> days(Settings settings, String key) {
    int days = settings.number(key, 0, 0, 100_000);
    return days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days));
  }

  /** Reads the settings of backups, all faults at once. */
  public static BackupSettings readBackups(Settings settings) {
    BackupSettings otherwise = BackupSettings.defaults();
    BackupSettings read =
        new BackupSettings(
            settings.duration("atelier.content.save-timeout", otherwise.saveTimeout()),
            settings.duration("atelier.content.restore-timeout", otherwise.restoreTimeout()));
    settings.throwIfAny();
    return read;
  }

  /** Reads the settings of archives, all faults at once. */
  static ArchiveSettings readArchives(Settings settings) {
    ArchiveSettings otherwise = ArchiveSettings.defaults();
    ArchiveSettings read =
        new ArchiveSettings(
            settings.number(
                "atelier.archive.level", otherwise.level(), 1, ArchiveSettings.HIGHEST_LEVEL),
            settings.number(
                "atelier.archive.workers", otherwise.workers(), 1, ArchiveSettings.MOST_WORKERS),
            settings.number(
                "atelier.archive.most-entries",
                (int) otherwise.mostEntries(),
                1,
                Integer.MAX_VALUE));
    settings.throwIfAny();
    return read;
  }

  /** Reads the settings, all faults at once. */
  public static ContentSettings read(Settings settings) {
    // What listens on loopback alone trusts loopback; anything else must not be reached from there.
    boolean loopback =
        LOOPBACK.contains(settings.text("atelier.http.host", "127.0.0.1"))
            && LOOPBACK.contains(settings.text("atelier.grpc.host", "127.0.0.1"));
    ContentSettings otherwise = ContentSettings.defaults(loopback);
    ContentSettings read =
        new ContentSettings(
            new EgressPolicy(
                loopback,
                ranges(settings, "atelier.content.allow"),
                ranges(settings, "atelier.content.deny"),
                proxy(settings)),
            Set.copyOf(settings.texts("atelier.git.schemes", "http,https")),
            settings.duration("atelier.content.git-timeout", otherwise.gitTimeout()),
            settings.duration("atelier.content.status-timeout", otherwise.statusTimeout()),
            settings.duration("atelier.content.download-timeout", otherwise.downloadTimeout()),
            limit(settings, otherwise.downloadLimit()));
    settings.throwIfAny();
    return read;
  }

  private static Optional<UpstreamProxy> proxy(Settings settings) {
    Optional<String> url = settings.text("atelier.content.proxy");
    try {
      return url.map(
          text -> UpstreamProxy.parse(text, settings.texts("atelier.content.no-proxy", "")));
    } catch (IllegalArgumentException e) {
      // Its password is not for the log.
      settings.fault(
          "atelier.content.proxy", "...", "such as http://USER:PASSWORD@proxy.example:3128");
      return Optional.empty();
    }
  }

  private static long limit(Settings settings, long otherwise) {
    long limit = settings.bytes("atelier.content.download-limit", otherwise);
    if (limit > 0) {
      return limit;
    }
    settings.fault("atelier.content.download-limit", Long.toString(limit), "a positive size");
    return otherwise;
  }

  private static List<AddressRange> ranges(Settings settings, String key) {
    List<AddressRange> ranges = new ArrayList<>();
    for (String text : settings.texts(key, "")) {
      try {
        ranges.add(AddressRange.parse(text));
      } catch (IllegalArgumentException e) {
        settings.fault(key, text, "addresses or ranges such as 10.0.0.0/8 or fd00::/8");
      }
    }
    return ranges;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "content");
    thread.setDaemon(true);
    return thread;
  }
}
