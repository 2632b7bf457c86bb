// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.ContentProducer;
import dev.atelier.workspace.content.ContentStoreProducer;
import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.runtime.kubernetes.pod.PodClass.Readiness;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how pods are made from {@code atelier.kubernetes.*} and {@code atelier.class.*}. */
public final class PodConfiguration {
  private static final String KEYS = "atelier.kubernetes.";
  private static final List<String> POLICIES = List.of("Always", "IfNotPresent", "Never");
  private static final int LARGEST_ID = Integer.MAX_VALUE - 1;
  private static final int MOST_WARM = 1000;
  private static final long LEAST_MEMORY = 128L << 20;
  private static final Pattern PORT = Pattern.compile("port:([0-9]{1,5})");
  private static final Pattern HTTP = Pattern.compile("http:([0-9]{1,5})(/\\S*)");
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  private PodConfiguration() {}

  /** Reads the settings of all pods; faults are noted in {@code settings}. */
  public static PodSettings settings(Settings settings) {
    PodSettings otherwise = PodSettings.DEFAULT;
    ContentStoreSettings store = ContentStoreProducer.read(settings, PodSettings.STORE);
    ContentSettings content = ContentProducer.read(settings);
    BackupSettings backup = ContentProducer.readBackups(settings);
    String policy = settings.text(KEYS + "pull-policy", otherwise.pullPolicy());
    if (!POLICIES.contains(policy)) {
      settings.fault(KEYS + "pull-policy", policy, String.join(", ", POLICIES));
    }
    long memory = settings.bytes(KEYS + "keeper-memory", otherwise.keeperMemory());
    if (memory < LEAST_MEMORY) {
      settings.fault(KEYS + "keeper-memory", Long.toString(memory), "at least 128Mi");
    }
    List<String> folders =
        settings.texts(KEYS + "ide-folders", String.join(",", otherwise.ideFolders()));
    if (!folders.stream().allMatch(folder -> folder.matches("(/[A-Za-z0-9._-]+)+"))) {
      settings.fault(KEYS + "ide-folders", String.join(",", folders), "absolute paths");
    }
    return new PodSettings(
        settings.text(KEYS + "agent-image", otherwise.agentImage()),
        policy,
        settings.texts(KEYS + "pull-secrets", ""),
        settings.number(KEYS + "user", (int) otherwise.user(), 1, LARGEST_ID),
        memory,
        object(settings, KEYS + "store-volume"),
        settings.number(KEYS + "store-user", (int) otherwise.storeUser(), 1, LARGEST_ID),
        settings.text(KEYS + "volume-snapshot-class"),
        labels(settings, KEYS + "volume-snapshot-classes"),
        settings.texts("atelier.classes", "default").stream()
            .filter(id -> settings.number("atelier.class." + id + ".warm", 0, 0, MOST_WARM) > 0)
            .toList(),
        folders,
        settings.duration("atelier.instance.heartbeat", otherwise.heartbeat()),
        settings.text("atelier.instance.host"),
        settings.duration("atelier.timeouts.finalization", otherwise.finalization()),
        settings.durationOrZero(KEYS + "unsaved-retention", otherwise.unsavedRetention()),
        // A folder is where the pods' volume is, whatever it is called where the manager runs.
        store.bucket().isPresent() ? store : ContentStoreSettings.in(PodSettings.STORE),
        new ContentSettings(
            // Their own loopback is nobody's secret, and leads nowhere.
            new EgressPolicy(
                false, content.egress().allow(), content.egress().deny(), content.egress().proxy()),
            content.gitSchemes(),
            content.gitTimeout(),
            content.statusTimeout(),
            content.downloadTimeout(),
            content.downloadLimit()),
        backup);
  }

  /** Reads what every class means here, by id; faults are noted in {@code settings}. */
  public static Map<String, PodClass> classes(Settings settings) {
    Map<String, PodClass> classes = new HashMap<>();
    for (String id : settings.texts("atelier.classes", "default")) {
      classes.put(id, podClass(settings, "atelier.class." + id + "."));
    }
    return Map.copyOf(classes);
  }

  private static PodClass podClass(Settings settings, String prefix) {
    String volume = settings.text(prefix + "volume", "ephemeral");
    if (!volume.equals("ephemeral") && !volume.equals("persistent")) {
      settings.fault(prefix + "volume", volume, "ephemeral or persistent");
    }
    Optional<String> snapshots = settings.text(prefix + "volume-snapshot-class");
    if (snapshots.isPresent() && !volume.equals("persistent")) {
      settings.fault(
          prefix + "volume-snapshot-class", snapshots.get(), "nothing: the volume is ephemeral");
    }
    return new PodClass(
        settings.text(prefix + "command"),
        readiness(settings, prefix + "readiness"),
        labels(settings, prefix + "node-selector"),
        list(settings, prefix + "tolerations"),
        object(settings, prefix + "pod-template"),
        volume.equals("persistent"),
        settings.text(prefix + "storage-class"),
        snapshots,
        warm(settings, prefix, volume.equals("persistent")));
  }

  private static Optional<PodClass.Warm> warm(
      Settings settings, String prefix, boolean persistent) {
    int count = settings.number(prefix + "warm", 0, 0, MOST_WARM);
    Optional<String> image = settings.text(prefix + "warm-image");
    if (count > 0 && image.isEmpty()) {
      settings.fault(prefix + "warm-image", "", "the image of the pods that are kept warm");
    }
    if (count > 0 && persistent) {
      settings.fault(prefix + "warm", Integer.toString(count), "0: the volume is persistent");
    }
    return count == 0 ? Optional.empty() : image.map(one -> new PodClass.Warm(count, one));
  }

  private static Readiness readiness(Settings settings, String key) {
    String text = settings.text(key, "started");
    Matcher port = PORT.matcher(text);
    Matcher http = HTTP.matcher(text);
    if (port.matches() && isPort(port.group(1))) {
      return new Readiness.Port(Integer.parseInt(port.group(1)));
    }
    if (http.matches() && isPort(http.group(1))) {
      return new Readiness.Http(Integer.parseInt(http.group(1)), http.group(2));
    }
    if (!text.equals("started")) {
      settings.fault(key, text, "started, port:NUMBER or http:NUMBER/PATH");
    }
    return new Readiness.Started();
  }

  private static boolean isPort(String digits) {
    int number = Integer.parseInt(digits);
    return number >= 1 && number <= 65535;
  }

  private static Map<String, String> labels(Settings settings, String key) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String pair : settings.texts(key, "")) {
      String[] both = pair.split("=", -1);
      if (both.length != 2 || both[0].isBlank()) {
        settings.fault(key, pair, "NAME=VALUE, separated by commas");
      } else {
        labels.put(both[0].strip(), both[1].strip());
      }
    }
    return labels;
  }

  private static Map<String, Object> object(Settings settings, String key) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (yaml(settings, key, "an object in YAML") instanceof Map<?, ?> fields) {
      fields.forEach((name, value) -> object.put(String.valueOf(name), value));
    } else if (settings.text(key).isPresent()) {
      settings.fault(key, "...", "an object in YAML");
    }
    return object;
  }

  private static List<Object> list(Settings settings, String key) {
    if (yaml(settings, key, "a list in YAML") instanceof List<?> list) {
      return List.copyOf(list);
    }
    if (settings.text(key).isPresent()) {
      settings.fault(key, "...", "a list in YAML");
    }
    return List.of();
  }

  /** Null where there is none. */
  private static Object yaml(Settings settings, String key, String expected) {
    Optional<String> text = settings.text(key);
    if (text.isEmpty()) {
      return null;
    }
    try {
      // Below a name, so that a list may be read like an object.
      String below = "value:\n  " + text.get().strip().replace("\n", "\n  ");
      return YAML.unmarshal(below, Map.class).get("value");
    } catch (RuntimeException e) {
      // The parser has exceptions of its own, which are not part of the client's interface.
      settings.fault(key, "...", expected);
      return null;
    }
  }
}
