// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class CertificateNameTest {
  /** /O=example/CN=bridge, subjectAltName=DNS:first.example,DNS:second.example. */
  private static final String COMMON =
      "MIIBlTCCATugAwIBAgIURs/YFOYgvqNxNkKREhidMOE+aDwwCgYIKoZIzj0EAwIwIzEQMA4GA1UECgwH"
          + "ZXhhbXBsZTEPMA0GA1UEAwwGYnJpZGdlMCAXDTI2MTEzMDA2NDMxOVoYDzIxMjYxMTA2MDY0MzE5WjAj"
          + "MRAwDgYDVQQKDAdleGFtcGxlMQ8wDQYDVQQDDAZicmlkZ2UwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC"
          + "AATlHoTonJfvHrcF9brrzI6XXlOqYUedZVlvfwEvyp9Rf1Hxjo9gpuiXG0E4sihC0whocVyagb6TZjao"
          + "abA6emhVo0swSTAoBgNVHREEITAfgg1maXJzdC5leGFtcGxlgg5zZWNvbmQuZXhhbXBsZTAdBgNVHQ4E"
          + "FgQUjHvDsgAG8HYGU7jionc3aMy+2rUwCgYIKoZIzj0EAwIDSAAwRQIhAPL6GSOKzBCTzNoBLSOV5CL/"
          + "eHtICgTVOedC4YfalEDzAiA3werL+tVvZKOqmbicj9j/q8UchRktFutkoGYDwW2TYQ==";

  /** /O=example, subjectAltName=IP:127.0.0.1,DNS:first.example,DNS:second.example. */
  private static final String DNS =
      "MIIBeTCCAR+gAwIBAgIUTO4eCBZikaMAImS7QGuFKDovFQQwCgYIKoZIzj0EAwIwEjEQMA4GA1UECgwH"
          + "ZXhhbXBsZTAgFw0yNjExMzAwNjQzMTlaGA8yMTI2MTEwNjA2NDMxOVowEjEQMA4GA1UECgwHZXhhbXBs"
          + "ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNM4UHkeKAM9eiiIBU3pfypEsaM0ZjZnX25LRpD9tnaK"
          + "b3S5YOxvVUCfQ0hxl38CWIO98s7ND2jsA/T0t/U+w/OjUTBPMC4GA1UdEQQnMCWHBH8AAAGCDWZpcnN0"
          + "LmV4YW1wbGWCDnNlY29uZC5leGFtcGxlMB0GA1UdDgQWBBTgmyKoWSwvPNAFKwJIalL/wwMbQjAKBggq"
          + "hkjOPQQDAgNIADBFAiBWSgjvhalCfjnQTK0JXW10nN5xqIWE1HCBNsThJEC9XwIhAIDmDZYQO8HjXeNV"
          + "3CvqkrfqL2TUvsDZvUs9T2NRbbFX";

  /** /O=example/OU=people. */
  private static final String SUBJECT =
      "MIIBQzCB6QIUeTvLCY/0PMFVNfC1vzListe93ugwCgYIKoZIzj0EAwIwIzEQMA4GA1UECgwHZXhhbXBs"
          + "ZTEPMA0GA1UECwwGcGVvcGxlMCAXDTI2MTEzMDA2NDMxOVoYDzIxMjYxMTA2MDY0MzE5WjAjMRAwDgYD"
          + "VQQKDAdleGFtcGxlMQ8wDQYDVQQLDAZwZW9wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARk5qBd"
          + "z+ZvWrdTXTbpbEE1k1JBQULj8dIFAwiBmACeFWMXjXUJbKVmrHmKjwW11hoiAnof4m19Mfbb0NEuj2fG"
          + "MAoGCCqGSM49BAMCA0kAMEYCIQCgRPV3HgBwC8d4xlA39A2fiCVUZGlqDBqrk8lnSbsatwIhAO427DT1"
          + "dA1WoKAxN8wvSXPXFa8JzSuChz3nxPOZItmU";

  private static X509Certificate certificate(String der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(der)));
  }

  @Test
  void commonNameComesFirstThenTheFirstDnsNameThenTheSubject() throws CertificateException {
    assertThat(CertificateName.of(certificate(COMMON))).contains("bridge");
    assertThat(CertificateName.of(certificate(DNS))).contains("first.example");
    assertThat(CertificateName.of(certificate(SUBJECT))).contains("OU=people,O=example");
  }
}
