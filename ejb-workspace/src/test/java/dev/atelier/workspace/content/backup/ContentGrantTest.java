// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.Grant.Act;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentGrantTest {
  private static final String BEGINS = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  private static final String MAKES = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
  private static final String OTHER = "cccccccccccccccccccccccccccccccc";
  private static final String ARCHIVE = ".0123456789abcdef.tar.zst";

  private final ContentGrant grant =
      new ContentGrant(new WorkspaceKey("ada", "one"), "i1", Set.of(BEGINS), Set.of(MAKES));

  /**
   * BEGINS, MAKES, OTHER and ARCHIVE stand for the texts above; the acts by their first letters.
   */
  @ParameterizedTest
  @CsvSource({
    // Its own backups, those of instances before it, and what is cut off of a name.
    "backups/ada/one/000000000000001-i1-final.manifest, RLWD",
    "backups/ada/one/000000000000001-i1-finalARCHIVE, RLWD",
    "backups/ada/one/000000000000001-i1-live-0000000001.manifest, RLWD",
    "backups/ada/one/000000000000001-i0-final.manifest, RLD",
    "backups/ada/one/000000000000001-i1x-final.manifest, RLD",
    "backups/ada/one/000000000000001-i1-final, RLD",
    "backups/ada/one/anything, RLD",
    "backups/ada/one/, RLD",
    // Everybody else's.
    "backups/ada/one, ''",
    "backups/ada/, ''",
    "backups/, ''",
    "'', ''",
    "backups/ada/one2/000000000000001-i1-final.manifest, ''",
    "backups/ada/two/000000000000001-i1-final.manifest, ''",
    "backups/eve/one/000000000000001-i1-final.manifest, ''",
    "backups/eve/ada/one/000000000000001-i1-final.manifest, ''",
    // Logs.
    "logs/ada/one/i1.log, RW",
    "logs/ada/one/i0.log, ''",
    "logs/ada/one/, ''",
    "logs/eve/one/i1.log, ''",
    // Snapshots: that it starts from, that is made of it, of others.
    "snapshots/BEGINS.manifest, R",
    "snapshots/BEGINSARCHIVE, R",
    "snapshots/BEGINS, ''",
    "snapshots/MAKES.manifest, RLWD",
    "snapshots/MAKESARCHIVE, RLWD",
    "snapshots/MAKES, ''",
    "snapshots/OTHER.manifest, ''",
    "snapshots/OTHERARCHIVE, ''",
    "snapshots/, ''",
    // What is nobody's.
    "snapshotsBEGINS.manifest, ''",
    "data/backups/ada/one/000000000000001-i1-final.manifest, ''",
  })
  void coversWhatItsInstanceNeedsAndNothingElse(String name, String acts) {
    String whole =
        name.replace("BEGINS", BEGINS)
            .replace("MAKES", MAKES)
            .replace("OTHER", OTHER)
            .replace("ARCHIVE", ARCHIVE);
    String covered =
        Arrays.stream(Act.values())
            .filter(act -> grant.covers(act, whole))
            .map(act -> act.name().substring(0, 1))
            .collect(Collectors.joining());
    assertThat(covered).isEqualTo(acts);
  }

  @Test
  void namesThatCouldLeadElsewhereMakeNoGrant() {
    WorkspaceKey key = new WorkspaceKey("ada", "one");
    for (String bad : new String[] {"", "a/b", "..", "a\n"}) {
      assertThatThrownBy(() -> new ContentGrant(key, bad, Set.of(), Set.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new ContentGrant(key, "i1", Set.of(bad), Set.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new ContentGrant(key, "i1", Set.of(), Set.of(bad)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
