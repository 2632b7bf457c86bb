// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.web.security.AccessPolicy.Access;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "GET,    /sign-in,                            PUBLIC",
    "POST,   /sign-in,                            PUBLIC",
    "POST,   /sign-out,                           PUBLIC",
    "GET,    /assets/console.css,                 PUBLIC",
    "GET,    /health/live,                        PUBLIC",
    "GET,    /metrics,                            LOCAL_OR_READ",
    "GET,    /,                                   READ",
    "GET,    /workspaces/x/log,                   READ",
    "GET,    /api/v1/audit,                       READ",
    "GET,    /never-heard-of,                     READ",
    "POST,   /index.xhtml,                        READ",
    "POST,   /start,                              READ",
    "POST,   /workspaces/x/stop,                  OPERATE",
    "POST,   /api/v1/workspaces,                  OPERATE",
    "PUT,    /api/v1/workspaces/x/ports/80,       OPERATE",
    "DELETE, /api/v1/workspaces/x/ports/80,       OPERATE",
    "DELETE, /api/v1/volume-snapshots/x,          ADMIN",
    "DELETE, /api/v1/snapshots/x,                 ADMIN",
    "PUT,    /api/v1/maintenance,                 ADMIN",
    "POST,   /unsaved/x/let-go,                   ADMIN",
    "POST,   /never-heard-of,                     ADMIN",
    "BREW,   /never-heard-of,                     ADMIN",
    "POST,   /assets/console.css,                 ADMIN",
    "DELETE, /api/v1/snapshots/x.xhtml,           ADMIN",
  })
  void everyPathNeedsWhatTheTableSays(String method, String path, Access needed) {
    assertThat(AccessPolicy.of(method, path)).isEqualTo(needed);
  }

  @Test
  void aPathIsJudgedHoweverDeepItIs() {
    String deep = "/a".repeat(100_000);
    assertThat(AccessPolicy.of("POST", deep)).isEqualTo(Access.ADMIN);
    assertThat(AccessPolicy.of("POST", deep + ".xhtml")).isEqualTo(Access.ADMIN);
    assertThat(AccessPolicy.of("GET", deep)).isEqualTo(Access.READ);
    assertThat(AccessPolicy.of("DELETE", "/api/v1/snapshots" + deep)).isEqualTo(Access.ADMIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "",
        "evil",
        "/a b",
        "/a\r\nSet-Cookie: x"
      })
  void aTargetElsewhereIsNotFollowed(String to) {
    assertThat(SignInServlet.target(to)).isEqualTo("/");
  }

  @Test
  void aTargetHereIsFollowed() {
    assertThat(SignInServlet.target("/audit?actor=anna")).isEqualTo("/audit?actor=anna");
  }
}
