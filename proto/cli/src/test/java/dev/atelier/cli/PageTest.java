// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page says what the program does. */
class PageTest {
  private static final Path PAGE = Path.of("README.md");

  @Test
  void everyExitCodeIsDocumented() throws IOException {
    String page = Files.readString(PAGE);

    for (Exit exit : Exit.values()) {
      String meaning = exit.line().strip().replaceFirst("^\\d+ +", "");
      assertThat(page).contains("| " + exit.code() + " | " + meaning);
    }
  }

  @Test
  void everyCommandIsDocumented() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(Main.spec().subcommands().keySet())
        .hasSize(13)
        .allSatisfy(command -> assertThat(page).contains(command));
  }
}
