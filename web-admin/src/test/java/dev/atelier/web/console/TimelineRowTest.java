// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.ledger.TimelineEntry;
import dev.atelier.workspace.ledger.TimelineEntry.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineRowTest {
  @ParameterizedTest
  @CsvSource({
    "StartWorkspace,Start workspace",
    "SetTimeout,Set timeout",
    "UpdateSSHKey,Update SSHKey",
    "LetGoOfContent,Let go of content"
  })
  void actsAreSaidInWords(String act, String words) {
    TimelineRow row = row(Kind.ACT, act, "NOT_FOUND", "ada");

    assertThat(row.title()).isEqualTo(words);
    assertThat(row.detail()).isEqualTo("refused: NOT_FOUND");
    assertThat(row.aside()).isEqualTo("by ada, took 2 s");
  }

  @Test
  void aPhaseHasItsColour() {
    assertThat(row(Kind.PHASE, "Running", "", "").kind()).isEqualTo("running");
    assertThat(row(Kind.FAILURE, "Failed", "why", "").kind()).isEqualTo("failed");
  }

  private static TimelineRow row(Kind kind, String title, String detail, String actor) {
    return TimelineRow.of(
        new TimelineEntry(
            "id",
            Instant.EPOCH,
            kind,
            title,
            detail,
            "",
            actor,
            Optional.of(Duration.ofSeconds(2))));
  }
}
