// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.config.Settings;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How instances run on this machine.
 *
 * @param sandbox {@code atelier.local.sandbox}: whether bubblewrap is used where it is there
 * @param network {@code atelier.local.network}: how instances get networks of their own
 * @param cgroups {@code atelier.local.cgroups}: whether control groups are used where they can be
 * @param readyNetworks {@code atelier.local.networks-ready}: made before they are needed; 0 to 64
 * @param vethRange {@code atelier.local.veth.range}: four addresses of it for each instance; empty:
 *     of a range that nobody uses
 * @param vethNameServers {@code atelier.local.veth.name-servers}: IPv4 addresses; none: this
 *     machine's
 * @param uid {@code atelier.local.uid}: whose processes they are when the manager is root; not 0
 * @param gid {@code atelier.local.gid}: its group; not 0
 * @param visible {@code atelier.local.visible}: further folders of the host that they may read
 * @param secrets {@code atelier.secrets.folder}: where secrets of environments are looked up
 * @param initializations {@code atelier.local.initializations}: side by side; at least 1
 * @param saves {@code atelier.local.saves}: instances saved side by side; at least 1
 * @param unsavedInterval {@code atelier.local.unsaved-interval}: between two tries to save content
 *     that could not be saved
 * @param logBytes {@code atelier.local.log-size}: the present log and the one before are kept, each
 *     of at most that many bytes
 * @param storageInterval {@code atelier.local.storage-interval}: between two measurements of an
 *     instance's storage
 * @param heartbeat {@code atelier.instance.heartbeat}: see {@code GITPOD_INTERVAL}
 * @param host {@code atelier.instance.host}: see {@code GITPOD_HOST}
 * @param entries {@code atelier.local.entries.*}: what images stand for, in order
 */
@RecordBuilder
record LocalRuntimeSettings(
    Use sandbox,
    Networks network,
    Use cgroups,
    int readyNetworks,
    Optional<PrivateRange> vethRange,
    List<String> vethNameServers,
    int uid,
    int gid,
    List<Path> visible,
    Optional<Path> secrets,
    int initializations,
    int saves,
    Duration unsavedInterval,
    long logBytes,
    Duration storageInterval,
    Duration heartbeat,
    Optional<String> host,
    List<LocalEntry> entries)
    implements LocalRuntimeSettingsBuilder.With {

  /** Whether something of the machine is used. */
  enum Use {
    /** Where the machine has it; a warning says so where it has not. */
    AUTO,
    /** Not even then. */
    NONE
  }

  /** How instances get networks of their own. */
  enum Networks {
    /** By pasta, else by veth, where one of them works; a warning says so where none does. */
    AUTO,
    /** By the program pasta alone. */
    PASTA,
    /** By pairs of interfaces and address translation alone, which only root can make. */
    VETH,
    /** Not at all. */
    NONE
  }

  /** What holds without configuration. */
  static final LocalRuntimeSettings DEFAULT =
      new LocalRuntimeSettings(
          Use.AUTO,
          Networks.AUTO,
          Use.AUTO,
          4,
          Optional.empty(),
          List.of(),
          33333,
          33333,
          List.of(),
          Optional.empty(),
          4,
          2,
          Duration.ofMinutes(5),
          4L << 20,
          Duration.ofMinutes(1),
          Duration.ofSeconds(30),
          Optional.empty(),
          List.of());

  private static final String ENTRIES = "atelier.local.entries.";
  private static final int LARGEST_ID = Integer.MAX_VALUE - 1;
  private static final Pattern HTTP = Pattern.compile("http:([0-9]{1,5})(/\\S*)");
  private static final Pattern PORT = Pattern.compile("port:([0-9]{1,5})");
  private static final Pattern FILE = Pattern.compile("file:([^/\\s][^\\s]*)");
  private static final String ENVIRONMENT = "environment.";

  LocalRuntimeSettings {
    vethNameServers = List.copyOf(vethNameServers);
    visible = List.copyOf(visible);
    entries = List.copyOf(entries);
  }

  /** Reads them; throws once with all that is wrong. */
  static LocalRuntimeSettings from(Settings settings) {
    LocalRuntimeSettings read =
        new LocalRuntimeSettings(
            use(settings, "atelier.local.sandbox"),
            networks(settings),
            use(settings, "atelier.local.cgroups"),
            settings.number("atelier.local.networks-ready", DEFAULT.readyNetworks, 0, 64),
            range(settings),
            nameServers(settings),
            settings.number("atelier.local.uid", DEFAULT.uid, 1, LARGEST_ID),
            settings.number("atelier.local.gid", DEFAULT.gid, 1, LARGEST_ID),
            settings.texts("atelier.local.visible", "").stream().map(Path::of).toList(),
            settings.text("atelier.secrets.folder").map(folder -> Path.of(folder).toAbsolutePath()),
            settings.number("atelier.local.initializations", DEFAULT.initializations, 1, 1_000),
            settings.number("atelier.local.saves", DEFAULT.saves, 1, 1_000),
            settings.duration("atelier.local.unsaved-interval", DEFAULT.unsavedInterval),
            bytes(settings, "atelier.local.log-size", DEFAULT.logBytes),
            settings.duration("atelier.local.storage-interval", DEFAULT.storageInterval),
            settings.duration("atelier.instance.heartbeat", DEFAULT.heartbeat),
            settings.text("atelier.instance.host"),
            entries(settings));
    for (Path path : read.visible) {
      if (!path.isAbsolute()) {
        settings.fault("atelier.local.visible", path.toString(), "absolute paths");
      }
    }
    settings.throwIfAny();
    return read;
  }

  /** What an image stands for: the first entry that names it, the default one otherwise. */
  LocalEntry entry(String image) {
    return entries.stream()
        .filter(entry -> entry.matches(image))
        .findFirst()
        .or(() -> entries.stream().filter(entry -> entry.images().isEmpty()).findFirst())
        .orElse(LocalEntry.TASKS);
  }

  private static Use use(Settings settings, String key) {
    String value = settings.text(key, "auto");
    if (!value.equals("auto") && !value.equals("none")) {
      settings.fault(key, value, "auto or none");
    }
    return value.equals("none") ? Use.NONE : Use.AUTO;
  }

  private static Networks networks(Settings settings) {
    String value = settings.text("atelier.local.network", "auto");
    for (Networks networks : Networks.values()) {
      if (networks.name().toLowerCase(Locale.ROOT).equals(value)) {
        return networks;
      }
    }
    settings.fault("atelier.local.network", value, "auto, pasta, veth or none");
    return DEFAULT.network;
  }

  private static Optional<PrivateRange> range(Settings settings) {
    Optional<String> value = settings.text("atelier.local.veth.range");
    try {
      return value.map(PrivateRange::parse);
    } catch (IllegalArgumentException e) {
      settings.fault(
          "atelier.local.veth.range", value.orElse(""), "ADDRESS/8 to ADDRESS/24 in IPv4");
      return DEFAULT.vethRange;
    }
  }

  private static List<String> nameServers(Settings settings) {
    List<String> servers = settings.texts("atelier.local.veth.name-servers", "");
    if (!servers.stream().allMatch(server -> server.matches("\\d{1,3}(\\.\\d{1,3}){3}"))) {
      settings.fault(
          "atelier.local.veth.name-servers", String.join(",", servers), "addresses in IPv4");
    }
    return servers;
  }

  private static long bytes(Settings settings, String key, long otherwise) {
    long bytes = settings.bytes(key, otherwise);
    if (bytes < 4096) {
      settings.fault(key, Long.toString(bytes), "at least 4096");
    }
    return bytes;
  }

  private static List<LocalEntry> entries(Settings settings) {
    Map<String, String> all = settings.below(ENTRIES);
    TreeSet<String> names = new TreeSet<>();
    all.keySet().forEach(key -> names.add(key.substring(0, (key + ".").indexOf('.'))));
    List<LocalEntry> entries = new ArrayList<>();
    for (String name : names) {
      entries.add(entry(settings, name, settings.below(ENTRIES + name + ".")));
    }
    return entries;
  }

  private static LocalEntry entry(Settings settings, String name, Map<String, String> values) {
    String prefix = ENTRIES + name + ".";
    Map<String, String> environment = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(ENVIRONMENT)) {
            environment.put(key.substring(ENVIRONMENT.length()), value);
          } else if (!List.of("images", "command", "readiness", "timeout").contains(key)) {
            settings.fault(
                prefix + key, value, "images, command, readiness, timeout or a variable");
          }
        });
    String readiness = values.getOrDefault("readiness", "started");
    return new LocalEntry(
        name,
        settings.texts(prefix + "images", ""),
        settings.text(prefix + "command"),
        environment,
        readiness(readiness, expected -> settings.fault(prefix + "readiness", readiness, expected)),
        settings.duration(prefix + "timeout", LocalEntry.TASKS.timeout()));
  }

  private static Readiness readiness(String text, Consumer<String> fault) {
    Matcher http = HTTP.matcher(text);
    Matcher port = PORT.matcher(text);
    Matcher file = FILE.matcher(text);
    if (http.matches() && isPort(http.group(1))) {
      return new Readiness.Http(Integer.parseInt(http.group(1)), http.group(2));
    }
    if (port.matches() && isPort(port.group(1))) {
      return new Readiness.Port(Integer.parseInt(port.group(1)));
    }
    if (file.matches() && !Path.of(file.group(1)).normalize().startsWith("..")) {
      return new Readiness.File(file.group(1));
    }
    if (!text.equals("started")) {
      fault.accept("started, port:NUMBER, http:NUMBER/PATH or file:PATH in the workspace folder");
    }
    return new Readiness.AtOnce();
  }

  private static boolean isPort(String digits) {
    int number = Integer.parseInt(digits);
    return number >= 1 && number <= 65535;
  }
}
