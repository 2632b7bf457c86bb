// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static dev.atelier.workspace.content.initializer.ContentFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitAuthentication.Method;
import dev.atelier.workspace.domain.Initializer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS passes the door untouched, end to end, and git, one-time secrets and downloads trust the same
 * servers: one whose own authority is in the machine's bundle, and nowhere else.
 */
class TlsIT {
  private static final String PASSWORD = "changeit";
  private static final Path BUNDLE = Path.of("/etc/ssl/certs/ca-certificates.crt");
  private static final Path JAVA = Path.of(System.getProperty("java.home"));

  @TempDir Path temp;
  private Repositories repositories;
  private GitServer server;

  @BeforeEach
  void open() throws Exception {
    repositories = new Repositories(temp);
    repositories.simple("r");
    server = new GitServer(repositories.served(), identity());
    server.logins.put("/r", "ann:secret");
    server.once.put("/once", "ann:secret");
    server.once.put("/file", "hello");
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** Makes content of that server in a process whose machine may trust others. */
  static final class Machine {
    private Machine() {}

    /** With the server's URL and a folder. */
    public static void main(String[] arguments) throws Exception {
      new ContentFixture(Path.of(arguments[1])).run(everything(arguments[0]));
    }
  }

  @Test
  void authorityInTheMachinesBundleIsTrustedByGitSecretsAndDownloads() throws Exception {
    LeftOut.unless(
        Files.exists(BUNDLE) && ownMachine("true").start().waitFor() == 0,
        "no file can be mounted, or there is no bundle of authorities",
        "a server's own authority in the machine's bundle");
    Path output = temp.resolve("output");
    String script =
        "mount --bind '%s' %s && exec \"$@\"".formatted(temp.resolve("bundle.pem"), BUNDLE);
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.add(JAVA.resolve("bin/java").toString());
    // What Java trusted before: an administrator's older list.
    command.add("-Djavax.net.ssl.trustStore=" + JAVA.resolve("lib/security/cacerts"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Machine.class.getName()));
    command.addAll(List.of(server.url(""), temp.resolve("instance").toString()));
    Process made =
        ownMachine(command.toArray(String[]::new)).redirectOutput(output.toFile()).start();

    assertThat(made.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(made.exitValue()).as(() -> read(output)).isZero();
    assertThat(server.requests).anyMatch(asked -> asked.startsWith("/once"));
    try (Stream<Path> files = Files.walk(temp.resolve("instance"))) {
      assertThat(files.map(file -> file.getFileName().toString())).contains("README.md", "hello");
    }
  }

  @Test
  void unknownCertificateIsRefusedByAll() {
    for (Initializer step : steps(server.url(""))) {
      ContentFault fault =
          catchThrowableOfType(
              ContentFault.class, () -> new ContentFixture(temp.resolve("i")).run(step));
      assertThat(fault).as(step.toString()).isNotNull();
      assertThat(fault.getMessage()).containsAnyOf("certificate", "PKIX");
    }
    assertThat(server.requests).isEmpty();
  }

  private static ProcessBuilder ownMachine(String... command) {
    List<String> words = new ArrayList<>(List.of("unshare", "--mount"));
    words.addAll(List.of(command));
    return new ProcessBuilder(words).redirectErrorStream(true);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Initializer everything(String url) {
    return new Initializer.Composite(steps(url).subList(0, 2));
  }

  /** Git with a one-time secret, a download, and git alone. */
  private static List<Initializer> steps(String url) {
    GitAuthentication once = new GitAuthentication(Method.ONE_TIME_SECRET, "", "", url + "once");
    Initializer.FileInfo file =
        new Initializer.FileInfo(url + "file", "hello", "sha256:" + digest("hello"));
    return List.of(
        with(head(url + "r", "r"), once),
        new Initializer.Download(List.of(file), ""),
        head(url + "r", "r"));
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server's, signed by an authority that {@code bundle.pem} has beside those of the machine. */
  private SSLContext identity() throws Exception {
    keytool("-genkeypair -alias authority -keyalg EC -dname CN=Authority -ext bc:c=ca:true");
    keytool(
        "-genkeypair -alias server -signer authority -keyalg EC -dname CN=127.0.0.1"
            + " -ext san=ip:127.0.0.1");
    keytool("-exportcert -rfc -alias authority -file " + temp.resolve("authority.pem"));
    String known = Files.exists(BUNDLE) ? Files.readString(BUNDLE) : "";
    Files.writeString(
        temp.resolve("bundle.pem"), known + Files.readString(temp.resolve("authority.pem")));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(temp.resolve("store.p12"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    keys.deleteEntry("authority");
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), null, null);
    return tls;
  }

  private void keytool(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(JAVA.resolve("bin/keytool").toString()));
    command.addAll(List.of(arguments.split(" ", -1)));
    command.addAll(
        List.of("-keystore", temp.resolve("store.p12").toString(), "-storepass", PASSWORD));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).as(arguments).isZero();
  }
}
