// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.content.initializer.Initialized.Origin;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitializedTest {
  /** As keepers hear it from their agent, of another version perhaps. */
  @ParameterizedTest
  @CsvSource({
    "new, false",
    "backup, true",
    "prebuild, true",
    "prebuild_of_another_commit, false",
    "snapshot, false",
    "dreamt, false",
    "'', false",
  })
  void initIsLeftOutOfBackupsAndOfPrebuildsOfTheVeryCommit(String label, boolean prepared) {
    assertThat(Origin.prepared(label)).isEqualTo(prepared);
  }
}
