// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class NativeCryptographyTest {
  /** The example of FIPS 180-2. */
  @Test
  void sumsAreSha256() {
    byte[] sum = NativeCryptography.sha256().digest("abc".getBytes(StandardCharsets.US_ASCII));

    assertThat(HexFormat.of().formatHex(sum))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void aSumInPiecesIsThatOfTheWhole() throws Exception {
    byte[] data = new byte[1 << 20];
    new Random(1).nextBytes(data);
    MessageDigest pieces = NativeCryptography.sha256();
    for (int at = 0, n = 1; at < data.length; at += n, n = Math.min(n * 3, data.length - at)) {
      pieces.update(data, at, n);
    }

    assertThat(pieces.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(data));
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64|aarch64")
  void theLibraryFitsThisMachine() {
    assertThat(NativeCryptography.sha256().getProvider().getName())
        .isEqualTo("AmazonCorrettoCryptoProvider");
  }
}
