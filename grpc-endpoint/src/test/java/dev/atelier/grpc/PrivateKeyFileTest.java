// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivateKeyFileTest {
  /** Made by {@code openssl ecparam -name prime256v1 -genkey}, for this test alone. */
  private static final String SEC1 =
      """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIKK0ivHjeQT/virNdJOSfn+/WgECAXtTcKgMHpMOdNd9oAoGCCqGSM49
      AwEHoUQDQgAExqsU3GVjLRZPAsyjGx3w5tYctESp3DH0NYctdMZMpZA3G+g2ztBF
      QRw2KvrR0UN7BOku9T2bpC5KzQlTud/3Vg==
      -----END EC PRIVATE KEY-----
      """;

  private static final String NUMBER =
      "a2b48af1e37904ffbe2acd7493927e7fbf5a0102017b5370a80c1e930e74d77d";

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("key.pem"), text);
  }

  private static String pem(String kind, byte[] key) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(key), kind);
  }

  private static PKCS8EncodedKeySpec read(Path file) throws IOException {
    String text = new String(PrivateKeyFile.pkcs8(file), StandardCharsets.US_ASCII);
    assertThat(text).startsWith("-----BEGIN PRIVATE KEY-----\n");
    return new PKCS8EncodedKeySpec(
        Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]*-----", "")));
  }

  @Test
  void rsaKeysAreReadInBothForms() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    byte[] pkcs8 = pair.getPrivate().getEncoded();
    // PKCS#8 is 26 bytes around PKCS#1 for every key of 2048 bits.
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);

    for (String text : new String[] {pem("PRIVATE KEY", pkcs8), pem("RSA PRIVATE KEY", pkcs1)}) {
      assertThat(KeyFactory.getInstance("RSA").generatePrivate(read(file(text))))
          .isEqualTo(pair.getPrivate());
    }
  }

  @Test
  void keysOfEllipticCurvesAreReadBehindTheirParameters() throws Exception {
    ECPrivateKey key =
        (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(read(file(SEC1)));

    assertThat(key.getS()).isEqualTo(new BigInteger(NUMBER, 16));
    assertThat(key.getParams().toString()).contains("secp256r1");
  }

  @ParameterizedTest
  @CsvSource({
    "nothing, holds no private key",
    "ENCRYPTED PRIVATE KEY, with a password",
    "EC PRIVATE KEY, is damaged",
    "DSA PRIVATE KEY, of the kind DSA",
  })
  void whatIsNoKeyIsRefusedInWords(String kind, String words) throws IOException {
    Path file = file(pem(kind, new byte[] {0x30, 0x05, 0x02}));

    assertThatThrownBy(() -> PrivateKeyFile.pkcs8(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(words)
        .hasMessageContaining("key.pem");
  }
}
