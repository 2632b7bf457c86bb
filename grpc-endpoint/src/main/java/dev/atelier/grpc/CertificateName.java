// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** What the owner of a client's certificate is called. */
final class CertificateName {
  /** The number of a DNS name among the alternative names of RFC 5280. */
  private static final Integer DNS_NAME = 2;

  private CertificateName() {}

  /** Its common name, else its first DNS name, else its subject; empty when it has none of them. */
  static Optional<String> of(X509Certificate certificate) {
    return commonName(certificate)
        .or(() -> dnsName(certificate))
        .or(() -> Optional.of(certificate.getSubjectX500Principal().getName()))
        .filter(name -> !name.isBlank());
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .map(String::valueOf)
              .filter(name -> !name.isBlank())
              .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> dnsName(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? Optional.empty()
          : names.stream()
              .filter(name -> DNS_NAME.equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .filter(name -> !name.isBlank())
              .findFirst();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }
}
