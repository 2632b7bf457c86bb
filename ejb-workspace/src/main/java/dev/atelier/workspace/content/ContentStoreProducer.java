// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreFault;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import dev.atelier.workspace.content.store.WatchedContentStore;
import dev.atelier.workspace.metrics.Counter;
import dev.atelier.workspace.metrics.Metrics;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/** Hands out the one {@link ContentStore} as {@code atelier.content.store.*} wants it. */
@ApplicationScoped
public class ContentStoreProducer {
  private static final Logger LOG = System.getLogger(ContentStoreProducer.class.getName());
  private static final String KEYS = "atelier.content.store.";

  @Produces
  @Singleton
  ContentStore contentStore(DataFolder data, Metrics metrics, InstantSource clock) {
    Counter faults = faults(metrics);
    Settings settings =
        new Settings(ConfigProvider.getConfig(ContentStoreProducer.class.getClassLoader()));
    try {
      ContentStore opened =
          read(settings, data.root().resolve("content"))
              .open(clock, work -> thread("content-store", work));
      ContentStore store =
          new WatchedContentStore(opened, fault -> faults.increment(label(fault.kind())));
      // A store that is away must not hold up the start.
      thread("content-store-sweep", () -> sweep(store)).start();
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static Counter faults(Metrics metrics) {
    Counter faults =
        metrics.counter(
            "atelier_content_store_faults_total",
            "What the content store could not do, by what to do about it: unavailable passes,"
                + " refused needs someone to act.",
            "kind");
    for (ContentStoreFault.Kind kind : ContentStoreFault.Kind.values()) {
      faults.expect(label(kind));
    }
    return faults;
  }

  private static String label(ContentStoreFault.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  void release(@Disposes ContentStore store) {
    store.close();
  }

  private static void sweep(ContentStore store) {
    try {
      store.sweep();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "what killed uploads left is there until the next start", e);
    }
  }

  /** Reads the settings, all faults at once. */
  public static ContentStoreSettings read(Settings settings, Path otherwise) {
    Optional<String> bucket = settings.text(KEYS + "bucket");
    Optional<String> folder = settings.text(KEYS + "folder");
    if (bucket.isPresent() && folder.isPresent()) {
      settings.fault(KEYS + "folder", folder.get(), "empty, since a bucket is set");
    }
    Optional<Bucket> read = bucket.map(name -> bucket(settings, name));
    settings.throwIfAny();
    return new ContentStoreSettings(
        folder.map(Path::of).orElse(otherwise).toAbsolutePath().normalize(), read);
  }

  private static Bucket bucket(Settings settings, String name) {
    Bucket otherwise = Bucket.of("default");
    return new Bucket(
        checked(settings, "bucket", name, Bucket.isName(name), "a bucket's name", "default"),
        prefix(settings),
        settings.text(KEYS + "endpoint").flatMap(text -> endpoint(settings, text)),
        settings.text(KEYS + "region", ""),
        settings.flag(KEYS + "path-style", otherwise.pathStyle()),
        credentials(settings),
        settings.flag(KEYS + "checksums", otherwise.checksums()),
        partSize(settings, otherwise.partSize()),
        settings.number(KEYS + "parallel", otherwise.parallel(), 1, Bucket.MOST_PARALLEL),
        settings.number(KEYS + "attempts", otherwise.attempts(), 1, Bucket.MOST_ATTEMPTS),
        settings.duration(KEYS + "connect-timeout", otherwise.connectTimeout()),
        settings.duration(KEYS + "timeout", otherwise.timeout()));
  }

  private static String prefix(Settings settings) {
    String text = settings.text(KEYS + "prefix", "");
    String prefix = text.isEmpty() || text.endsWith("/") ? text : text + "/";
    return checked(
        settings, "prefix", prefix, Bucket.isPrefix(prefix), "folders such as atelier/content", "");
  }

  private static Optional<URI> endpoint(Settings settings, String text) {
    try {
      URI url = URI.create(text);
      if (Bucket.isEndpoint(url)) {
        return Optional.of(url);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    // Not shown: it may hold a password.
    settings.fault(KEYS + "endpoint", "...", "like https://s3.example.org, without anything after");
    return Optional.empty();
  }

  private static Optional<Credentials> credentials(Settings settings) {
    Optional<String> access = settings.text(KEYS + "access-key");
    Optional<String> secret = settings.text(KEYS + "secret-key");
    if (access.isPresent() != secret.isPresent()) {
      String missing = access.isPresent() ? "secret-key" : "access-key";
      settings.fault(KEYS + missing, "", "set, since the other of the two is");
    }
    return access.flatMap(id -> secret.map(key -> new Credentials(id, key)));
  }

  private static int partSize(Settings settings, int otherwise) {
    long size = settings.bytes(KEYS + "part-size", otherwise);
    String text = Long.toString(size);
    return Integer.parseInt(
        checked(
            settings,
            "part-size",
            text,
            Bucket.isPartSize(size),
            "a size from 5Mi to 1Gi",
            Integer.toString(otherwise)));
  }

  private static String checked(
      Settings settings, String key, String value, boolean good, String wanted, String otherwise) {
    if (!good) {
      settings.fault(KEYS + key, value, wanted);
    }
    return good ? value : otherwise;
  }

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
