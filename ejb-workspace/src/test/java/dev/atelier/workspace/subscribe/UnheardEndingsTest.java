// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Passed;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnheardEndingsTest {
  private static final Conditions SAVED = Conditions.NONE.withSnapshot("url");

  /** One in its version 9, and where it has a snapshot that was told in version 7. */
  private static Workspace known(WorkspaceType type, Phase phase, boolean snapshot) {
    Workspace workspace = Workspaces.in(phase, type).withVersion(9);
    return workspace.withStatus(
        workspace
            .status()
            .with(
                s -> {
                  if (snapshot) {
                    s.conditions(SAVED);
                  }
                  if (snapshot && phase == Phase.STOPPED) {
                    s.progress(
                        workspace
                            .status()
                            .progress()
                            .withPassed(List.of(new Passed(Phase.STOPPING, 7, "saved", SAVED))));
                  }
                }));
  }

  @ParameterizedTest(name = "{0} {1}, snapshot {2}, heard {3}: {4}")
  @CsvSource({
    "PREBUILD,   STOPPED,     true,  0, STOPPING 7 STOPPED 9",
    "PREBUILD,   STOPPED,     true,  6, STOPPING 7 STOPPED 9",
    "PREBUILD,   STOPPED,     true,  7, STOPPED 9",
    "PREBUILD,   STOPPED,     true,  9, ''",
    "PREBUILD,   STOPPED,     false, 0, STOPPED 9",
    "PREBUILD,   STOPPING,    true,  0, STOPPING 9",
    "PREBUILD,   STOPPING,    true,  9, ''",
    "PREBUILD,   STOPPING,    false, 0, ''",
    "PREBUILD,   RUNNING,     false, 0, ''",
    "REGULAR,    STOPPED,     false, 0, STOPPED 9",
    "REGULAR,    STOPPED,     false, 9, ''",
    "REGULAR,    STOPPING,    false, 0, ''",
    "REGULAR,    INTERRUPTED, false, 0, ''",
    "IMAGEBUILD, STOPPED,     false, 0, STOPPED 9",
    "IMAGEBUILD, PENDING,     false, 0, ''",
  })
  void toldIsHowItEndedAsFarAsThatWasNotHeard(
      WorkspaceType type, Phase phase, boolean snapshot, long heard, String told) {
    Workspace known = known(type, phase, snapshot);
    Map<String, Long> versions = heard == 0 ? Map.of("other", 99L) : Map.of(known.id(), heard);

    assertThat(
            new UnheardEndings(versions)
                .of(known).stream()
                    .map(state -> state.phase() + " " + state.version())
                    .collect(Collectors.joining(" ")))
        .isEqualTo(told);
  }
}
