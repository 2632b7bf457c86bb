// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whose certificates of servers are trusted: of those authorities that the machine's bundle names,
 * as git and Git LFS do by themselves. Java's own list, or one that its options name, counts only
 * where no bundle is known.
 */
final class Authorities {
  private static final Logger LOG = System.getLogger(Authorities.class.getName());

  /** Where distributions keep it: Debian and Alpine, Fedora, SUSE, others. */
  private static final List<Path> BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"),
          Path.of("/etc/ssl/cert.pem"));

  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  /** This machine's, as they were when the first was needed. */
  static final Authorities OF_MACHINE = new Authorities(BUNDLES);

  private final List<Path> bundles;
  private Optional<SSLContext> context = Optional.empty();

  /**
   * Reads nothing yet.
   *
   * @param bundles files in PEM, of which the first counts that has one that can be read
   */
  Authorities(List<Path> bundles) {
    this.bundles = List.copyOf(bundles);
  }

  /** What connections are made by; read once. */
  synchronized SSLContext context() throws IOException {
    for (Path bundle : bundles) {
      if (context.isEmpty() && Files.isReadable(bundle)) {
        context = trusting(bundle);
      }
    }
    if (context.isEmpty()) {
      context = Optional.of(javas());
    }
    return context.get();
  }

  /** Empty when nobody in it could be trusted. */
  private static Optional<SSLContext> trusting(Path bundle) throws IOException {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      CertificateFactory certificates = CertificateFactory.getInstance("X.509");
      // Comments are in whatever encoding their authors had.
      Matcher each = CERTIFICATE.matcher(Files.readString(bundle, StandardCharsets.ISO_8859_1));
      while (each.find()) {
        Optional<Certificate> one = certificate(certificates, each.group(), bundle);
        if (one.isPresent()) {
          trusted.setCertificateEntry(Integer.toString(trusted.size()), one.get());
        }
      }
      if (trusted.size() == 0) {
        return Optional.empty();
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, managers.getTrustManagers(), null);
      return Optional.of(tls);
    } catch (GeneralSecurityException e) {
      throw new IOException("the authorities in " + bundle + " cannot be read", e);
    }
  }

  /** One that Java does not understand keeps nobody from trusting the others. */
  private static Optional<Certificate> certificate(
      CertificateFactory certificates, String text, Path bundle) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      return Optional.of(certificates.generateCertificate(new ByteArrayInputStream(bytes)));
    } catch (CertificateException e) {
      LOG.log(Level.DEBUG, "an authority in " + bundle + " is left out", e);
      return Optional.empty();
    }
  }

  private static SSLContext javas() throws IOException {
    try {
      return SSLContext.getDefault();
    } catch (GeneralSecurityException e) {
      throw new IOException("Java's own authorities cannot be read", e);
    }
  }
}
