// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static dev.atelier.workspace.content.initializer.ContentFixture.head;
import static dev.atelier.workspace.content.initializer.ContentFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitAuthentication.Method;
import dev.atelier.workspace.domain.Initializer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS passes the door untouched, end to end. */
class TlsIT {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path temp;
  private SSLContext before;
  private Repositories repositories;
  private GitServer server;
  private ContentFixture content;

  @BeforeEach
  void open() throws Exception {
    before = SSLContext.getDefault();
    SSLContext tls = selfSigned();
    SSLContext.setDefault(tls);
    repositories = new Repositories(temp);
    server = new GitServer(repositories.served(), tls);
    content = new ContentFixture(temp.resolve("instance"));
  }

  @AfterEach
  void close() {
    SSLContext.setDefault(before);
    server.close();
  }

  @Test
  void repositoryOneTimeSecretAndFileComeThroughIt() throws Exception {
    repositories.simple("r");
    server.logins.put("/r", "ann:secret");
    server.once.put("/once", "ann:secret");
    server.once.put("/file", "hello");
    GitAuthentication once =
        new GitAuthentication(Method.ONE_TIME_SECRET, "", "", server.url("once"));
    Initializer.Git git =
        with(head(server.url("r"), "r"), "", Map.of("http.sslVerify", "false"), false);
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    String digest = HexFormat.of().formatHex(sha.digest("hello".getBytes(StandardCharsets.UTF_8)));
    Initializer.FileInfo file =
        new Initializer.FileInfo(server.url("file"), "hello", "sha256:" + digest);
    content.run(
        new Initializer.Composite(
            List.of(with(git, once), new Initializer.Download(List.of(file), ""))));
    assertThat(content.file("r/README.md")).exists();
    assertThat(content.file("hello")).hasContent("hello");
  }

  @Test
  void unknownCertificateIsRefused() throws Exception {
    repositories.simple("r");
    ContentFault fault =
        catchThrowableOfType(ContentFault.class, () -> content.run(head(server.url("r"), "r")));
    assertThat(fault).hasMessageContaining("certificate");
    assertThat(server.requests).isEmpty();
  }

  private SSLContext selfSigned() throws Exception {
    Path store = temp.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD),
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return tls;
  }
}
