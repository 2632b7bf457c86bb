// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostLettersTest {
  @TempDir Path folder;

  @Test
  void lettersAreLostInALocaleOfAsciiAlone() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "atelier\0list?\0");
    Path letters = Files.writeString(folder.resolve("letters"), "atelier\0gr\u00f6\u00dfe\0");
    assertThat(LostLetters.in("ANSI_X3.4-1968", letters)).isTrue();
    assertThat(LostLetters.in("ANSI_X3.4-1968", plain)).isFalse();
    assertThat(LostLetters.in("UTF-8", letters)).isFalse();
    assertThat(LostLetters.in("ISO-8859-1", letters)).isFalse();
    assertThat(LostLetters.in("ANSI_X3.4-1968", folder.resolve("none"))).isFalse();
  }
}
