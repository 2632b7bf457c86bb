// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.atelier.proto.wsman.EnvironmentVariable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentFileTest {
  @Test
  void linesAreReadAsDockerReadsThem() throws CommandFault {
    String text =
        "\uFEFFFIRST=1\r\n"
            + """

               \t
            # a comment
              # one that is indented
            QUOTED="two words"
            SINGLE='it is'
            NOTED=plain # note
              INDENTED=x\s
            EQUATION=a=b
            EMPTY=
            spring.data-source=y\
            """;

    assertThat(EnvironmentFile.variables("f", text))
        .extracting(EnvironmentVariable::getName, EnvironmentVariable::getValue)
        .containsExactly(
            tuple("FIRST", "1"),
            tuple("QUOTED", "\"two words\""),
            tuple("SINGLE", "'it is'"),
            tuple("NOTED", "plain # note"),
            tuple("INDENTED", "x "),
            tuple("EQUATION", "a=b"),
            tuple("EMPTY", ""),
            tuple("spring.data-source", "y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c2VjcmV0",
        "-----END KEY secret-----",
        "export B=secret",
        "H = secret",
        "1A=secret",
        "=secret",
        "secret\u0000=x",
        "sécret=x",
      })
  void whatIsWrongIsToldByLineAndNeverByWhatStandsThere(String line) {
    assertThatThrownBy(() -> EnvironmentFile.variables("secrets.env", "A=1\n\n" + line + "\nB=2"))
        .isInstanceOf(CommandFault.class)
        .hasMessageStartingWith("secrets.env:3: ")
        .hasMessageNotContaining("ecret=")
        .hasMessageNotContaining("c2VjcmV0")
        .hasMessageNotContaining("END KEY")
        .hasMessageNotContaining("= secret")
        .hasMessageNotContaining("--env");
  }
}
