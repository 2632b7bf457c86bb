// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.WorkspaceFault;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class CsvServletTest {
  private boolean reset;

  private HttpServletResponse response(boolean committed) {
    return (HttpServletResponse)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "isCommitted" -> committed;
                  case "reset" -> {
                    reset = true;
                    yield null;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void aFaultBeforeAnythingHasGoneOutIsAnsweredInsteadOfIt() throws Exception {
    CsvServlet.begunAnew(response(false), WorkspaceFault.unavailable("the ledger is away"));
    assertThat(reset).isTrue();
  }

  @Test
  void aFaultInTheMiddleEndsTheConnectionSoThatNobodyTakesHalfForTheWhole() {
    WorkspaceFault fault = WorkspaceFault.unavailable("the ledger is away");
    assertThatThrownBy(() -> CsvServlet.begunAnew(response(true), fault))
        .isInstanceOf(IOException.class)
        .hasMessage("the rest cannot be read: the ledger is away")
        .hasCause(fault);
    assertThat(reset).isFalse();
  }
}
