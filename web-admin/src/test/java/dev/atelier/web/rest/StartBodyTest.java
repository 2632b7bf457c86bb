// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartBodyTest {
  private static StartRequest read(String json) throws WorkspaceFault {
    return StartBody.read(
        Body.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"metadata": {"meta_id": "app"}}                            | app
          {"service_prefix": "web", "metadata": {"meta_id": "app"}}   | web
          {"service_prefix": null, "metadata": {"meta_id": "app"}}    | app
          {"type": "prebuild", "metadata": {"meta_id": "app"}}        | ``
          {"type": "imagebuild", "metadata": {"meta_id": "app"}}      | ``
          {"id": "i"}                                                 | ``
          """)
  void aRegularOneWithoutAPrefixIsReachedByItsWorkspacesName(String body, String prefix)
      throws WorkspaceFault {
    assertThat(read(body).servicePrefix()).isEqualTo(prefix);
  }
}
