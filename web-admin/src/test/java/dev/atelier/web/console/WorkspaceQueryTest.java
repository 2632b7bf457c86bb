// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceQueryTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?q=two+words",
        "?owner=ada&phase=running&sort=-name&page=3",
        "?workspace=atlas&class=large&sort=created",
        "?q=%26%3D%3F&sort=deadline"
      })
  void anAddressSaysWhatIsShown(String search) throws WorkspaceFault {
    assertThat(query(search).search()).isEqualTo(search);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?phase=nowhere", "?sort=sideways", "?page=0", "?page=-1", "?page=x"})
  void whatMakesNoSenseIsLeftOut(String search) throws WorkspaceFault {
    assertThat(query(search)).isEqualTo(query(""));
  }

  @Test
  void aColumnTurnsItsOrder() throws WorkspaceFault {
    WorkspaceQuery byName = query("").sortedBy(WorkspaceQuery.Sort.NAME);

    assertThat(byName.search()).isEqualTo("?sort=name");
    assertThat(byName.sortedBy(WorkspaceQuery.Sort.NAME).search()).isEqualTo("?sort=-name");
    assertThat(byName.sortedBy(WorkspaceQuery.Sort.CREATED).search()).isEmpty();
  }

  @Test
  void anotherPhaseBeginsWithItsFirstPage() throws WorkspaceFault {
    assertThat(query("?page=7&q=x").withPhase(Optional.of(Phase.STOPPED)).search())
        .isEqualTo("?q=x&phase=stopped");
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,0,0", "50,1,1,0,50", "51,2,2,50,51", "120,9,3,100,120"})
  void pagesHoldFifty(int total, int asked, int page, int from, int to) {
    Paging paging = Paging.of(total, asked, WorkspaceList.PAGE);

    assertThat(List.of(paging.page(), paging.from(), paging.to())).containsExactly(page, from, to);
  }

  private static WorkspaceQuery query(String search) throws WorkspaceFault {
    Map<String, String> parameters = new HashMap<>(BulkStop.parameters(search));
    return WorkspaceQuery.of(parameters::get);
  }
}
