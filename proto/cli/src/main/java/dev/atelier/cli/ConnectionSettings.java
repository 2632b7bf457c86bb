// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Where the manager is and who calls. Each is looked for among the flags, then in the environment
 * ({@code ATELIER_CA_FILE} for {@code ca-file}), then in a file of lines {@code ca-file=PATH}.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param tls whether the connection is encrypted
 * @param ca certificates that the manager's is checked against; empty: those of the system
 * @param certificate the client's own, with {@code key}; empty: none
 * @param key the key to {@code certificate}
 * @param token sent as a bearer token; empty: none
 */
record ConnectionSettings(
    String host,
    int port,
    boolean tls,
    Optional<Path> ca,
    Optional<Path> certificate,
    Optional<Path> key,
    String token) {
  static final String DEFAULT_ADDRESS = "127.0.0.1:9000";
  private static final int LONGEST_TOKEN = 256;

  /** Where a value is looked for. */
  record Sources(Map<String, String> flags, Map<String, String> environment, Properties file) {
    /** Reads the file: the one named by {@code config}, else the user's own, if it is there. */
    static Sources read(Map<String, String> flags, Map<String, String> environment)
        throws CommandFault {
      Properties properties = new Properties();
      String named = flags.getOrDefault("config", environment.getOrDefault("ATELIER_CONFIG", ""));
      Path file = named.isEmpty() ? usual(environment) : Path.of(named);
      if (!named.isEmpty() || Files.exists(file)) {
        try (Reader reader = Files.newBufferedReader(file)) {
          properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
          throw new CommandFault(Exit.USAGE, "cannot read " + file + ": " + e);
        }
      }
      return new Sources(flags, environment, properties);
    }

    private static Path usual(Map<String, String> environment) {
      String folder = environment.getOrDefault("XDG_CONFIG_HOME", "");
      return folder.isEmpty()
          ? Path.of(System.getProperty("user.home"), ".config", "atelier", "client.properties")
          : Path.of(folder, "atelier", "client.properties");
    }

    /** The value of {@code name}, or {@code fallback}; what is empty counts as absent. */
    String text(String name, String fallback) {
      String flag = flags.getOrDefault(name, "");
      if (!flag.isEmpty()) {
        return flag;
      }
      String variable = "ATELIER_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
      String value = environment.getOrDefault(variable, "");
      return value.isEmpty() ? file.getProperty(name, fallback).strip() : value;
    }
  }

  static ConnectionSettings from(Sources sources) throws CommandFault {
    String address = sources.text("address", DEFAULT_ADDRESS);
    int colon = address.lastIndexOf(':');
    String host = colon < 1 ? address : address.substring(0, colon);
    int port = port(address, address.substring(colon + 1));
    boolean loopback = isLoopback(host);
    String tlsText = sources.text("tls", loopback ? "false" : "true");
    boolean tls = tlsText.equals("true");
    if (!tls && !tlsText.equals("false")) {
      throw new CommandFault(Exit.USAGE, "tls: true or false, not " + tlsText);
    }
    String token = token(sources, loopback);
    if (!tls && !loopback && !token.isEmpty()) {
      throw new CommandFault(
          Exit.USAGE, "a token goes over TLS, or to the loopback interface, not to " + address);
    }
    Optional<Path> certificate = file(sources, "cert-file");
    Optional<Path> key = file(sources, "key-file");
    if (certificate.isPresent() != key.isPresent()) {
      throw new CommandFault(Exit.USAGE, "cert-file and key-file go together");
    }
    return new ConnectionSettings(
        host, port, tls, file(sources, "ca-file"), certificate, key, token);
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
  }

  private static int port(String address, String text) throws CommandFault {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65_536) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new CommandFault(Exit.USAGE, "address: " + address + " is not HOST:PORT");
  }

  private static Optional<Path> file(Sources sources, String name) {
    String path = sources.text(name, "");
    return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
  }

  /** No flag has it: command lines can be read by every user of the machine. */
  private static String token(Sources sources, boolean loopback) throws CommandFault {
    Optional<Path> file = file(sources, "token-file");
    if (file.isEmpty()) {
      String token = sources.text("token", "");
      return token.isEmpty() && loopback ? tokenOfThisMachine(sources) : token;
    }
    try {
      return Files.readString(file.get()).strip();
    } catch (IOException e) {
      throw new CommandFault(Exit.USAGE, "token-file: cannot read " + file.get());
    }
  }

  /** The one that a manager on this machine has made, if this user may read it; empty: none. */
  private static String tokenOfThisMachine(Sources sources) {
    Path file = Path.of(sources.text("data-directory", "atelier-data"), "grpc-token");
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file)) {
      String token = new String(in.readNBytes(LONGEST_TOKEN), StandardCharsets.US_ASCII).strip();
      return token.matches("[A-Za-z0-9_-]+") ? token : "";
    } catch (IOException e) {
      return ""; // Another user's; the manager says what it asks for.
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return host + ":" + port + (tls ? " over TLS" : "");
  }
}
