// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkStopTest {
  @Test
  void aListIsMeantByTheSearchOfItsAddress() throws WorkspaceFault {
    assertThat(BulkStop.parameters("?q=a+b%2Fc&phase=&x"))
        .isEqualTo(Map.of("q", "a b/c", "phase", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"?q=%zz", "?q=%", "?q=%2", "?q=%-1"})
  void aSearchThatIsNoneIsRefusedInWords(String search) {
    assertThatThrownBy(() -> BulkStop.parameters(search))
        .isInstanceOfSatisfying(
            WorkspaceFault.class,
            fault -> assertThat(fault.code()).isEqualTo(WorkspaceFault.Code.INVALID_ARGUMENT));
  }
}
