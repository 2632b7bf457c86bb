// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.egress.AddressRange;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.egress.UpstreamProxy;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import dev.atelier.workspace.domain.Format;
import dev.atelier.workspace.domain.GoDuration;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an agent works on and with. Its text is a Java properties file, with the initializer's
 * credentials in it, but never the store's: it belongs into a secret.
 *
 * @param folder the workspace folder
 * @param home of the programs that work on it
 * @param workspace whose content it is
 * @param instanceId of the instance
 * @param createdAt when the instance was created
 * @param type of the instance
 * @param workspaceClass of the instance, for people; empty in orders of before there were any
 * @param storageBytes most bytes that may be restored; 0: no limit
 * @param grows whether there is room for the workspace's own backup, whatever its size
 * @param initializer what the folder is filled with; empty where it is not to be filled
 * @param store where backups and snapshots are
 * @param content limits of the making of content
 * @param backup limits of saving and restoring
 */
public record AgentOrder(
    Path folder,
    Path home,
    WorkspaceKey workspace,
    String instanceId,
    Instant createdAt,
    WorkspaceType type,
    String workspaceClass,
    long storageBytes,
    boolean grows,
    Optional<Initializer> initializer,
    ContentStoreSettings store,
    ContentSettings content,
    BackupSettings backup) {
  /** Environment variable with the access key. */
  static final String ACCESS_KEY = "ATELIER_CONTENT_STORE_ACCESS_KEY";

  /** Environment variable with the secret key. */
  static final String SECRET_KEY = "ATELIER_CONTENT_STORE_SECRET_KEY";

  /**
   * Reads what {@link #text} has written; credentials of the store come from the environment alone.
   *
   * @throws IllegalArgumentException something is missing or makes no sense, or only a newer agent
   *     may read it; the message names it, and no value
   */
  public static AgentOrder parse(Reader text, Map<String, String> environment) throws IOException {
    Properties properties = new Properties();
    properties.load(text);
    Map<String, String> texts = new TreeMap<>();
    properties.forEach((name, value) -> texts.put((String) name, (String) value));
    Entries entries = new Entries(texts, "");
    Format.ORDER
        .refusal("the order", entries.number(Format.FIELD, 1))
        .ifPresent(
            refusal -> {
              throw new IllegalArgumentException(refusal);
            });
    return new AgentOrder(
        Path.of(entries.required("folder")),
        Path.of(entries.required("home")),
        new WorkspaceKey(entries.required("owner"), entries.required("meta-id")),
        entries.required("instance"),
        entries.instant("created-at"),
        entries.constant("type", WorkspaceType.class),
        entries.text("class", ""),
        entries.number("storage-bytes", 0),
        entries.flag("grows", false),
        entries.has("initializer.kind")
            ? Optional.of(InitializerEntries.read(entries.below("initializer")))
            : Optional.empty(),
        store(entries.below("store"), environment),
        content(entries.below("content")),
        backup(entries.below("backup")));
  }

  private static ContentStoreSettings store(Entries entries, Map<String, String> environment) {
    Path folder = Path.of(entries.text("folder", "/content"));
    if (!entries.has("bucket")) {
      return new ContentStoreSettings(folder, Optional.empty(), entries.flag("served", false));
    }
    Bucket otherwise = Bucket.of(entries.required("bucket"));
    Optional<String> access = Optional.ofNullable(environment.get(ACCESS_KEY));
    Optional<String> secret = Optional.ofNullable(environment.get(SECRET_KEY));
    Bucket bucket =
        new Bucket(
            otherwise.name(),
            entries.text("prefix", otherwise.prefix()),
            entries.optional("endpoint").map(URI::create),
            entries.text("region", otherwise.region()),
            entries.flag("path-style", otherwise.pathStyle()),
            access.flatMap(id -> secret.map(key -> new Credentials(id, key))),
            entries.flag("checksums", otherwise.checksums()),
            entries.count("part-size", otherwise.partSize()),
            entries.count("parallel", otherwise.parallel()),
            entries.count("attempts", otherwise.attempts()),
            entries.duration("connect-timeout", otherwise.connectTimeout()),
            entries.duration("timeout", otherwise.timeout()));
    return new ContentStoreSettings(folder, Optional.of(bucket));
  }

  private static ContentSettings content(Entries entries) {
    ContentSettings otherwise = ContentSettings.defaults(false);
    return new ContentSettings(
        new EgressPolicy(
            entries.flag("loopback", false),
            ranges(entries.words("allow")),
            ranges(entries.words("deny")),
            entries
                .optional("proxy")
                .map(url -> UpstreamProxy.parse(url, entries.words("no-proxy")))),
        entries.has("git-schemes")
            ? Set.copyOf(entries.words("git-schemes"))
            : otherwise.gitSchemes(),
        entries.duration("git-timeout", otherwise.gitTimeout()),
        entries.duration("status-timeout", otherwise.statusTimeout()),
        entries.duration("download-timeout", otherwise.downloadTimeout()),
        entries.number("download-limit", otherwise.downloadLimit()));
  }

  private static List<AddressRange> ranges(List<String> texts) {
    return texts.stream().map(AddressRange::parse).toList();
  }

  private static BackupSettings backup(Entries entries) {
    BackupSettings otherwise = BackupSettings.defaults();
    return new BackupSettings(
        entries.duration("save-timeout", otherwise.saveTimeout()),
        entries.duration("restore-timeout", otherwise.restoreTimeout()));
  }

  /** As {@link #parse} reads it. */
  public String text() {
    Map<String, String> texts = new TreeMap<>();
    texts.put(Format.FIELD, Integer.toString(Format.ORDER.number()));
    texts.put("folder", folder.toString());
    texts.put("home", home.toString());
    texts.put("owner", workspace.owner());
    texts.put("meta-id", workspace.metaId());
    texts.put("instance", instanceId);
    texts.put("created-at", createdAt.toString());
    texts.put("type", type.name());
    texts.put("class", workspaceClass);
    texts.put("storage-bytes", Long.toString(storageBytes));
    texts.put("grows", Boolean.toString(grows));
    initializer.ifPresent(one -> InitializerEntries.write("initializer.", one, texts));
    texts.put("store.folder", store.folder().toString());
    texts.put("store.served", Boolean.toString(store.served()));
    store.bucket().ifPresent(bucket -> write(bucket, texts));
    texts.put("content.loopback", Boolean.toString(content.egress().loopback()));
    texts.put("content.allow", joined(content.egress().allow()));
    texts.put("content.deny", joined(content.egress().deny()));
    content.egress().proxy().ifPresent(proxy -> write(proxy, texts));
    texts.put("content.git-schemes", String.join(",", content.gitSchemes()));
    texts.put("content.git-timeout", GoDuration.format(content.gitTimeout()));
    texts.put("content.status-timeout", GoDuration.format(content.statusTimeout()));
    texts.put("content.download-timeout", GoDuration.format(content.downloadTimeout()));
    texts.put("content.download-limit", Long.toString(content.downloadLimit()));
    texts.put("backup.save-timeout", GoDuration.format(backup.saveTimeout()));
    texts.put("backup.restore-timeout", GoDuration.format(backup.restoreTimeout()));
    Properties properties = new Properties();
    properties.putAll(texts);
    StringWriter text = new StringWriter();
    try {
      properties.store(text, null);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot be written", e);
    }
    return text.toString();
  }

  private static void write(UpstreamProxy proxy, Map<String, String> texts) {
    texts.put("content.proxy", proxy.url());
    if (!proxy.noProxy().isEmpty()) {
      texts.put("content.no-proxy", String.join(",", proxy.noProxy()));
    }
  }

  private static void write(Bucket bucket, Map<String, String> texts) {
    texts.put("store.bucket", bucket.name());
    texts.put("store.prefix", bucket.prefix());
    bucket.endpoint().ifPresent(url -> texts.put("store.endpoint", url.toString()));
    texts.put("store.region", bucket.region());
    texts.put("store.path-style", Boolean.toString(bucket.pathStyle()));
    texts.put("store.checksums", Boolean.toString(bucket.checksums()));
    texts.put("store.part-size", Integer.toString(bucket.partSize()));
    texts.put("store.parallel", Integer.toString(bucket.parallel()));
    texts.put("store.attempts", Integer.toString(bucket.attempts()));
    texts.put("store.connect-timeout", GoDuration.format(bucket.connectTimeout()));
    texts.put("store.timeout", GoDuration.format(bucket.timeout()));
  }

  private static String joined(List<AddressRange> ranges) {
    return ranges.stream().map(AddressRange::toString).collect(Collectors.joining(","));
  }

  /** The same text that was read, for tests of both ways. */
  static AgentOrder parse(String text) throws IOException {
    return parse(new StringReader(text), Map.of());
  }

  @Override
  public String toString() {
    return "AgentOrder[" + instanceId + "]";
  }
}
