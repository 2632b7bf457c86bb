// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TerminalTextTest {
  static Stream<Arguments> texts() {
    return Stream.of(
        arguments("plain, größe 😀\ttab", "plain, größe 😀\ttab"),
        arguments("\033[32mgreen\033[0m", "green"),
        arguments("\033[1;38;5;214mbold\033[m and \033[4:3mcurly\033[24m", "bold and curly"),
        arguments("\u009b31mred\u009b0m", "red"),
        arguments("\033]0;a title\007shell", "shell"),
        arguments("\033]8;;http://x/\033\\link\033]8;;\033\\", "link"),
        arguments("\033(B\033)0text\033=\033>\0337\0338", "text"),
        arguments("\033[?25l\033[2K\033[1Gline\033[?25h", "line"),
        arguments("bell\007 null\000 back\b", "bell null back"),
        arguments("\r1%\r2%\r3%", "3%"),
        arguments("50%\r100%\r\ndone\r\n", "100%\ndone\n"),
        arguments("written\r\r\r", "written"),
        arguments("\033]never ended\nthe next line", "\nthe next line"),
        arguments("\033[3\nthe next line", "\nthe next line"),
        arguments("cut off \033[3", "cut off "),
        arguments("not ä sequence \033[ä", "not ä sequence ä"),
        arguments("", ""));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void isWhatStoodThereLastWithoutWhatIsForTheTerminal(String written, String text) {
    assertThat(TerminalText.plain(written)).isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void isTheSameInWhateverPartsItComes(String written) {
    TerminalText whole = new TerminalText();
    TerminalText single = new TerminalText();
    StringBuilder parts = new StringBuilder();
    written.chars().forEach(c -> parts.append(single.next(Character.toString(c))));

    assertThat(parts).hasToString(whole.next(written));
  }

  @Test
  void itsEndIsNeverHalfOfACharacter() {
    assertThat(TerminalText.end("a😀b", 2)).isEqualTo("b");
    assertThat(TerminalText.end("a😀b", 3)).isEqualTo("😀b");
    assertThat(TerminalText.end("ab", 9)).isEqualTo("ab");
    assertThat(TerminalText.end("ab", 0)).isEmpty();
  }

  @Test
  void aLineOfManyStepsIsLookedAtOnce() {
    String steps = "\r1%".repeat(1_000_000);

    assertThat(TerminalText.plain(steps + "x".repeat(1_000_000) + "\r".repeat(1_000_000)))
        .hasSize(1_000_002);
  }
}
