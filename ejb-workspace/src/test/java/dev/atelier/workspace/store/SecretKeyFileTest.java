// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.DataFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretKeyFileTest {
  private static final byte[] PLAIN = "plain".getBytes(StandardCharsets.UTF_8);

  @TempDir Path root;
  private DataFolder folder;

  @BeforeEach
  void open() {
    folder = new DataFolder(root);
  }

  @AfterEach
  void close() {
    folder.close();
  }

  @Test
  void keyIsMadeOnceAndForItsOwnerAlone() throws IOException {
    SecretCipher first = SecretKeyFile.cipher(folder);
    SecretCipher again = SecretKeyFile.cipher(folder);

    assertThat(again.fingerprint()).isEqualTo(first.fingerprint());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(file()).hasSize(32);
  }

  @Test
  void halfMadeKeyOfAKilledProcessIsMadeAnew() throws IOException {
    Files.write(root.resolve("secrets.key.new"), new byte[7]);
    SecretKeyFile.cipher(folder);

    assertThat(file()).hasSize(32);
    assertThat(root.resolve("secrets.key.new")).doesNotExist();
  }

  @Test
  void keyThatOthersMayReadIsTakenFromThem() throws IOException {
    Files.write(file(), new byte[32]);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
    SecretKeyFile.cipher(folder);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void damagedKeyIsRefused() throws IOException {
    Files.write(file(), new byte[31]);
    assertThatThrownBy(() -> SecretKeyFile.cipher(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void onlyTheSamePurposeAndInstanceDecrypt() throws GeneralSecurityException {
    SecretCipher cipher = SecretKeyFile.cipher(folder);
    byte[] text = cipher.encrypt("kept", "a", PLAIN);

    assertThat(cipher.decrypt("kept", "a", text)).isEqualTo(PLAIN);
    assertThatThrownBy(() -> cipher.decrypt("kept", "b", text))
        .isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> cipher.decrypt("credentials", "a", text))
        .isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> new SecretCipher(new byte[32]).decrypt("kept", "a", text))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void anyChangedByteIsNoticed() {
    SecretCipher cipher = SecretKeyFile.cipher(folder);
    byte[] text = cipher.encrypt("kept", "a", PLAIN);
    for (int i = 0; i < text.length; i++) {
      byte[] changed = text.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> cipher.decrypt("kept", "a", changed))
          .isInstanceOf(GeneralSecurityException.class);
    }
    assertThatThrownBy(() -> cipher.decrypt("kept", "a", new byte[0]))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void sameTextIsNeverEncryptedTheSame() {
    SecretCipher cipher = SecretKeyFile.cipher(folder);
    Set<String> texts = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      texts.add(new String(cipher.encrypt("kept", "a", PLAIN), StandardCharsets.ISO_8859_1));
    }
    assertThat(texts).hasSize(100);
  }

  private Path file() {
    return root.resolve(SecretKeyFile.NAME);
  }
}
