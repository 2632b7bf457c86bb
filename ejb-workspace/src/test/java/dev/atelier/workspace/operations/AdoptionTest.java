// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.TimeoutSettings;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.Workspaces;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdoptionTest {
  private final WorkspaceUrls urls =
      new WorkspaceUrls("https://{prefix}.{host}", "https://{port}-{prefix}.{host}", "example.org");
  private final Adoption adoption =
      new Adoption(
          new StartRequestValidator(
              StartRequestValidatorTest.Classes.ONE,
              TimeoutSettings.DEFAULT,
              urls,
              Set.of("http", "https")),
          urls,
          new FixedRandomness("token"),
          () -> Workspaces.CREATED);

  @ParameterizedTest
  @ValueSource(strings = {"app", "3000-app"})
  void oneWithoutAPrefixIsTakenOnAndReachedByItsWorkspacesName(String id) {
    Workspace adopted = adoption.adopt(Workspaces.pending(id)).workspace();

    assertThat(adopted.phase()).isEqualTo(Phase.PENDING);
    assertThat(adopted.spec().servicePrefix()).isEmpty();
    assertThat(adopted.spec().url()).isEqualTo("https://meta-" + id + ".example.org");
  }

  @Test
  void aPrefixThatIsNoNameForAHostEndsItInWords() {
    Workspace found = Workspaces.pending("app");
    Workspace adopted =
        adoption.adopt(found.withSpec(found.spec().withServicePrefix("3000-app"))).workspace();

    assertThat(adopted.phase()).isEqualTo(Phase.STOPPED);
    assertThat(adopted.status().conditions().failed()).contains("service_prefix");
  }
}
