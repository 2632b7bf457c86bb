// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.logging.Level;

/**
 * What the launcher itself needs to know before there is a server.
 *
 * @param dataDirectory where everything that must outlive the process is kept; absolute
 * @param httpHost name or address that HTTP listens on
 * @param httpPort 0 (any free port) to 65535
 * @param logLevel of the manager's own loggers
 * @param logFormat of every line of the log
 * @param settings what the command line and the configuration file say, by key; never null
 */
record LaunchOptions(
    Path dataDirectory,
    String httpHost,
    int httpPort,
    Level logLevel,
    LogFormat logFormat,
    Map<String, String> settings) {

  static final String DATA_DIRECTORY = "atelier.data.directory";
  static final String HTTP_HOST = "atelier.http.host";
  static final String HTTP_PORT = "atelier.http.port";
  static final String LOG_LEVEL = "atelier.log.level";
  static final String LOG_FORMAT = "atelier.log.format";

  static final String USAGE =
      """
      Usage: java -jar atelier.jar [--config FILE] [--KEY=VALUE ...]
             java -jar atelier.jar hash-password

        --config FILE   reads KEY=VALUE lines from FILE
        --port N        is short for --atelier.http.port=N
        --help          says this
        hash-password   reads a password from its input, and writes the hash that
                        atelier.security.users.NAME.password takes

      KEY is one of the configuration reference (config/README.md), such as
      atelier.grpc.port or atelier.data.directory. The command line wins over -DKEY=VALUE,
      that over the environment (ATELIER_GRPC_PORT), and that over the file.
      """;

  LaunchOptions {
    settings = Map.copyOf(settings);
  }

  /**
   * @param properties the system properties
   * @param environment the environment
   * @throws StartupFailure naming every fault at once
   */
  static LaunchOptions parse(
      List<String> arguments, Properties properties, Map<String, String> environment)
      throws StartupFailure {
    List<String> faults = new ArrayList<>();
    Map<String, String> commandLine = new TreeMap<>();
    Map<String, String> file = new TreeMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      boolean more = i + 1 < arguments.size();
      if (argument.equals("--config") && more) {
        read(arguments.get(++i), file, faults);
      } else if (argument.startsWith("--config=")) {
        read(argument.substring("--config=".length()), file, faults);
      } else if (argument.equals("--port") && more) {
        commandLine.put(HTTP_PORT, arguments.get(++i));
      } else if (argument.startsWith("--port=")) {
        commandLine.put(HTTP_PORT, argument.substring("--port=".length()));
      } else if (argument.startsWith("--atelier.") && argument.contains("=")) {
        int equals = argument.indexOf('=');
        commandLine.put(argument.substring(2, equals), argument.substring(equals + 1));
      } else {
        faults.add("unknown argument " + argument + " (--help lists them)");
      }
    }

    Map<String, String> settings = new TreeMap<>(commandLine);
    file.forEach(
        (key, value) -> {
          if (properties.getProperty(key) == null && environmentValue(environment, key) == null) {
            settings.putIfAbsent(key, value);
          }
        });
    Lookup lookup = new Lookup(settings, properties, environment);
    LaunchOptions options =
        new LaunchOptions(
            path(lookup.get(DATA_DIRECTORY, "atelier-data"), faults),
            host(lookup.get(HTTP_HOST, "127.0.0.1"), faults),
            port(lookup.get(HTTP_PORT, "8080"), faults),
            level(lookup.get(LOG_LEVEL, "INFO"), faults),
            format(lookup.get(LOG_FORMAT, "text"), faults),
            settings);
    if (!faults.isEmpty()) {
      throw new StartupFailure(String.join("; ", faults));
    }
    return options;
  }

  private static void read(String name, Map<String, String> into, List<String> faults) {
    Properties read = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(name), StandardCharsets.UTF_8)) {
      read.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      faults.add("cannot read the configuration file " + name + " (" + e + ")");
    }
    read.stringPropertyNames().forEach(key -> into.put(key, read.getProperty(key)));
  }

  private static Path path(String value, List<String> faults) {
    try {
      return Path.of(value).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      faults.add(DATA_DIRECTORY + " is not a path: " + value);
      return Path.of("/");
    }
  }

  private static String host(String value, List<String> faults) {
    if (value.isBlank()) {
      faults.add(HTTP_HOST + " is empty; 0.0.0.0 means every address");
    }
    return value;
  }

  private static int port(String value, List<String> faults) {
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, with what is out of range.
    }
    faults.add(HTTP_PORT + " is not a port from 0 to 65535: " + value);
    return 0;
  }

  private static Level level(String value, List<String> faults) {
    try {
      return Level.parse(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      faults.add(LOG_LEVEL + " is not one of SEVERE, WARNING, INFO, FINE, FINER, FINEST: " + value);
      return Level.INFO;
    }
  }

  private static LogFormat format(String value, List<String> faults) {
    for (LogFormat format : LogFormat.values()) {
      if (format.name().equalsIgnoreCase(value)) {
        return format;
      }
    }
    faults.add(LOG_FORMAT + " is neither text nor json: " + value);
    return LogFormat.TEXT;
  }

  /** The name that MicroProfile Config looks a key up by in the environment. */
  private static String environmentValue(Map<String, String> environment, String key) {
    return environment.get(key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT));
  }

  private record Lookup(
      Map<String, String> settings, Properties properties, Map<String, String> environment) {
    String get(String key, String otherwise) {
      String value = settings.get(key);
      if (value == null) {
        value = properties.getProperty(key);
      }
      if (value == null) {
        value = environmentValue(environment, key);
      }
      return value == null ? otherwise : value.strip();
    }
  }
}
