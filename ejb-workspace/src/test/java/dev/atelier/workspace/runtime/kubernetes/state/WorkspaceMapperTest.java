// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.Samples;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkspaceMapperTest {
  private final WorkspaceMapper mapper = new WorkspaceMapper();

  static Stream<Workspace> samples() {
    Stream<Workspace> phases =
        Stream.of(Phase.values())
            .flatMap(
                phase -> Stream.of(WorkspaceType.values()).map(type -> Workspaces.in(phase, type)));
    return Stream.concat(Stream.of(Samples.full(), Workspaces.pending("i")), phases);
  }

  /** As the API server keeps it. */
  private static WorkspaceResource stored(WorkspaceResource resource) {
    return Serialization.unmarshal(Serialization.asJson(resource), WorkspaceResource.class);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void instanceIsWhatItsResourceWasMadeOf(Workspace workspace) throws IOException {
    WorkspaceResource resource = stored(mapper.resource(workspace, "manager-1"));
    assertThat(WorkspaceMapper.admitted(resource)).isTrue();
    assertThat(mapper.workspace(resource)).isEqualTo(workspace);
  }

  @Test
  void resourceWithoutAStatusIsNoInstance() {
    WorkspaceResource resource = mapper.resource(Samples.full(), "manager-1");
    resource.setStatus(null);
    assertThat(WorkspaceMapper.admitted(stored(resource))).isFalse();
  }

  @Test
  void whatAHandHasBrokenIsToldAndNotTakenForAnInstance() {
    WorkspaceResource resource = mapper.resource(Samples.full(), "manager-1");
    resource.getSpec().remove("owner");
    assertThatThrownBy(() -> mapper.workspace(stored(resource)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("owner");
    resource.setSpec(null);
    assertThatThrownBy(() -> mapper.workspace(stored(resource)))
        .isInstanceOf(IOException.class)
        .hasMessage("it has no spec");
  }
}
