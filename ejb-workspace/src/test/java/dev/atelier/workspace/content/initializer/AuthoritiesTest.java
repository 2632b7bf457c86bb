// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthoritiesTest {
  @TempDir Path folder;

  @Test
  void aBundleThatNobodyCanBeTrustedByCountsForNone() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty"));
    Path broken =
        Files.writeString(
            folder.resolve("broken"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    Authorities authorities = new Authorities(List.of(folder.resolve("none"), empty, broken));
    assertThat(authorities.context()).isSameAs(SSLContext.getDefault());
  }
}
