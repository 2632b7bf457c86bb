// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.security.Scope;
import dev.atelier.workspace.security.SecuritySettings;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How connections are encrypted.
 *
 * @param certificate PEM file of the server's certificate and those between it and its authority
 * @param key PEM file of its key, see {@link PrivateKeyFile}
 * @param clientAuthority PEM file of the authorities that sign clients' certificates
 * @param clientScope what those may do of whose certificates nothing else is said
 */
record GrpcTls(Path certificate, Path key, Optional<Path> clientAuthority, Scope clientScope) {
  private static final String PREFIX = "atelier.grpc.tls.";

  /** Reads them; empty when connections are not encrypted. */
  static Optional<GrpcTls> from(Settings settings) {
    Optional<Path> certificate = file(settings, PREFIX + "certificate");
    Optional<Path> key = file(settings, PREFIX + "key");
    Optional<Path> authority = file(settings, PREFIX + "client-ca");
    Scope scope =
        SecuritySettings.scope(
            settings, PREFIX + "client-scope", settings.text(PREFIX + "client-scope", "operate"));
    if (certificate.isEmpty() != key.isEmpty()) {
      settings.fault(
          PREFIX + (key.isEmpty() ? "key" : "certificate"),
          "",
          "set, since the other of atelier.grpc.tls.certificate and .key is");
      return Optional.empty();
    }
    if (certificate.isEmpty()) {
      if (authority.isPresent()) {
        settings.fault(PREFIX + "certificate", "", "set, since atelier.grpc.tls.client-ca is");
      }
      return Optional.empty();
    }
    GrpcTls tls = new GrpcTls(certificate.get(), key.get(), authority, scope);
    return Optional.of(tls);
  }

  private static Optional<Path> file(Settings settings, String key) {
    Optional<String> name = settings.text(key);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      Path path = Path.of(name.get());
      if (Files.isReadable(path)) {
        return Optional.of(path);
      }
    } catch (InvalidPathException e) {
      // Said below.
    }
    settings.fault(key, name.get(), "a PEM file that can be read");
    return Optional.empty();
  }

  /**
   * For the server.
   *
   * @param alone whether a certificate is the only way for clients to say who they are
   */
  ServerCredentials credentials(boolean alone) throws IOException {
    TlsServerCredentials.Builder tls = TlsServerCredentials.newBuilder();
    try (InputStream chain = Files.newInputStream(certificate)) {
      tls.keyManager(chain, new ByteArrayInputStream(PrivateKeyFile.pkcs8(key)));
    }
    if (clientAuthority.isPresent()) {
      tls.trustManager(clientAuthority.get().toFile())
          .clientAuth(alone ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    }
    return tls.build();
  }
}
