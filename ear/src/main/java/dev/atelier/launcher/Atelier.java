// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import fish.payara.micro.BootstrapException;
import fish.payara.micro.PayaraMicroRuntime;
import fish.payara.micro.boot.PayaraMicroBoot;
import fish.payara.micro.boot.PayaraMicroLauncher;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.LogManager;

/** Starts the manager: checks what can be checked, boots the server, deploys, says where it is. */
public final class Atelier {
  /** Set by whoever listens for gRPC, as host:port, once calls are accepted. */
  static final String GRPC_ADDRESS = "atelier.grpc.address";

  /** Whether that is by TLS, set with it. */
  private static final String GRPC_TLS = "atelier.grpc.address.tls";

  /** Set to a password that was just made, by whoever made it. */
  private static final String FIRST_PASSWORD = "atelier.launcher.first-password";

  /** The file with the token that gRPC asks for where none is configured, set with the address. */
  private static final String GRPC_TOKEN_FILE = "atelier.grpc.address.token-file";

  /** Set to that token if it was just made, by whoever made it. */
  private static final String FIRST_TOKEN = "atelier.launcher.first-token";

  private Atelier() {}

  public static void main(String[] arguments) {
    List<String> given = List.of(arguments);
    if (given.contains("--help")) {
      System.out.print(LaunchOptions.USAGE);
      return;
    }
    if (given.equals(List.of("hash-password"))) {
      System.exit(HashPassword.run(System.in, System.out, System.err));
    }
    ConsoleOutput.install();
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    try {
      requireUnicodeNames(System.getProperty("sun.jnu.encoding", ""));
      LaunchOptions options = LaunchOptions.parse(given, System.getProperties(), System.getenv());
      start(options, System.out);
    } catch (StartupFailure e) {
      System.err.println("atelier: " + e.getMessage());
      // The server's threads may be up by now.
      System.exit(1);
    }
  }

  /**
   * Java gives files their names, and programs their arguments, in the locale's encoding; what that
   * has no letter for becomes another name.
   *
   * @throws StartupFailure it is not UTF-8
   */
  static void requireUnicodeNames(String encoding) throws StartupFailure {
    if (!encoding.equalsIgnoreCase("UTF-8") && !encoding.equalsIgnoreCase("UTF8")) {
      throw new StartupFailure(
          "the locale of this process has file names in "
              + encoding
              + ", in which not every branch, folder and file of a workspace can be named; set the"
              + " environment variable LC_ALL=C.UTF-8");
    }
  }

  private static void start(LaunchOptions options, PrintStream console) throws StartupFailure {
    DataDirectory data = DataDirectory.claim(options.dataDirectory());
    int httpPort = freePort(options.httpHost(), options.httpPort());
    options.settings().forEach(System::setProperty);
    System.setProperty(LaunchOptions.DATA_DIRECTORY, options.dataDirectory().toString());
    System.setProperty(LaunchOptions.HTTP_HOST, options.httpHost());
    System.setProperty(LaunchOptions.HTTP_PORT, Integer.toString(httpPort));
    // Else a program of Java's runs before each: 4 to 5 % of the CPU time of many starts.
    System.setProperty("jdk.lang.Process.launchMechanism", "VFORK");
    System.setProperty("java.io.tmpdir", data.temporary().toString());

    // The server prints a line of debugging on its way out.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> System.setOut(new PrintStream(OutputStream.nullOutputStream()))));
    System.setProperty(FIRST_PASSWORD, "");
    System.setProperty(FIRST_TOKEN, "");
    Path logging = configureLogging(options, data);
    ServerLog.begin();
    Path application = unpackApplication(data);
    boolean deployed;
    try {
      deployed = boot(data, logging).deploy("atelier", "/", application.toFile());
    } catch (BootstrapException | RuntimeException e) {
      throw failure(data, ServerLog.reason(e));
    } finally {
      tellFirstPassword(console);
    }
    // The server also says "deployed" when a bean that starts with the application has failed.
    Optional<String> failure = ServerLog.deploymentFailure();
    if (!deployed || failure.isPresent()) {
      throw failure(data, failure.orElse("the server refused the application"));
    }
    ServerLog.publish();
    announce(console, options.httpHost(), httpPort);
  }

  private static PayaraMicroRuntime boot(DataDirectory data, Path logging)
      throws BootstrapException {
    PayaraMicroBoot server = server(data);
    return server
        .setRootDir(data.server().toFile())
        .setLogPropertiesFile(logging.toFile())
        .setNoCluster(true)
        .bootStrap();
  }

  /** What the server's own main class does, with a class loader that is quicker. */
  private static PayaraMicroBoot server(DataDirectory data) throws BootstrapException {
    try {
      URI jar = Atelier.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      System.setProperty("fish.payara.micro.BootJar", jar.toString());
      ClassLoader loader = new ServerClassLoader(data.server().toFile());
      Thread.currentThread().setContextClassLoader(loader);
      PayaraMicroBoot server =
          (PayaraMicroBoot)
              loader
                  .loadClass("fish.payara.micro.impl.PayaraMicroImpl")
                  .getMethod("getInstance")
                  .invoke(null);
      PayaraMicroLauncher.registerLaunchedInstance(server);
      return server;
    } catch (IOException | URISyntaxException | ReflectiveOperationException e) {
      throw new BootstrapException(ServerLog.reason(e), e);
    }
  }

  /**
   * The server binds its port only seconds later and tells of a failure in a stack trace: so ask
   * first.
   */
  private static int freePort(String host, int port) throws StartupFailure {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StartupFailure(
          "cannot listen for HTTP on "
              + host
              + ":"
              + port
              + " ("
              + e.getMessage()
              + "); stop what listens there, or choose another port with --port N",
          e);
    }
  }

  private static Path configureLogging(LaunchOptions options, DataDirectory data)
      throws StartupFailure {
    try (InputStream template = Atelier.class.getResourceAsStream("logging.properties")) {
      String text =
          new String(template.readAllBytes(), StandardCharsets.UTF_8)
              .replace("@LEVEL@", options.logLevel().getName())
              .replace("@FORMATTER@", options.logFormat().formatter());
      Path file = data.server().resolve("logging.properties");
      Files.writeString(file, text);
      // What is logged before the server reads the file; its formatter may not be loadable yet.
      LogManager.getLogManager()
          .readConfiguration(
              new ByteArrayInputStream(
                  text.replace(LogFormat.JSON.formatter(), LogFormat.TEXT.formatter())
                      .getBytes(StandardCharsets.UTF_8)));
      return file;
    } catch (IOException e) {
      throw new StartupFailure("cannot write to " + data.server() + " (" + e + ")", e);
    }
  }

  private static Path unpackApplication(DataDirectory data) throws StartupFailure {
    Path war = data.server().resolve("atelier.war");
    try (InputStream packed = Atelier.class.getResourceAsStream("/ATELIER-INF/atelier.war")) {
      if (packed == null) {
        throw new StartupFailure(
            "this is not a whole atelier.jar: it has no ATELIER-INF/atelier.war");
      }
      Files.copy(packed, war);
      return war;
    } catch (IOException e) {
      throw new StartupFailure("cannot write to " + war + " (" + e + ")", e);
    }
  }

  private static StartupFailure failure(DataDirectory data, String reason) {
    Path details = data.server().resolve("startup-failure.log");
    String line = reason.strip().replaceAll("\\s*\\R\\s*", "; ");
    TextLog formatter = new TextLog();
    StringBuilder text = new StringBuilder();
    ServerLog.release().forEach(record -> text.append(formatter.format(record)));
    try {
      Files.writeString(details, text);
      return new StartupFailure(line + " (details: " + details + ")");
    } catch (IOException e) {
      return new StartupFailure(line + " (details could not be written: " + e + ")", e);
    }
  }

  /** Once, and however the start ends: its hash alone is kept. */
  private static void tellFirstPassword(PrintStream console) {
    String password = System.clearProperty(FIRST_PASSWORD);
    if (password != null && !password.isEmpty()) {
      console.printf(
          "No users are configured. To sign in, once shown and never again:%n"
              + "  User     admin%n  Password %s%n",
          password);
      console.flush();
    }
  }

  private static void announce(PrintStream console, String host, int port) {
    String grpc = System.getProperty(GRPC_ADDRESS);
    StringBuilder lines = new StringBuilder("Atelier is ready.\n");
    if (grpc != null) {
      lines.append("  gRPC     ").append(grpc).append('\n');
    }
    String file = System.getProperty(GRPC_TOKEN_FILE);
    String first = System.clearProperty(FIRST_TOKEN);
    if (file != null && first != null && !first.isEmpty()) {
      lines
          .append("  Token    in ")
          .append(file)
          .append(": workspaces share this machine's network, so gRPC asks for it\n");
    }
    lines.append("  Console  http://").append(host).append(':').append(port).append("/\n");
    if (grpc != null && !Boolean.getBoolean(GRPC_TLS)) {
      lines
          .append("  Try      grpcurl -plaintext ")
          .append(file == null ? "" : authorization(first, file))
          .append(grpc)
          .append(" wsman.WorkspaceManager/DescribeCluster\n");
    }
    console.print(lines);
    console.flush();
  }

  /** For a shell: with the token while it is new, from its file later on. */
  private static String authorization(String first, String file) {
    return first == null || first.isEmpty()
        ? "-H \"authorization: Bearer $(cat '" + file.replace("'", "'\"'\"'") + "')\" "
        : "-H 'authorization: Bearer " + first + "' ";
  }
}
