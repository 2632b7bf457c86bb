// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Who the tests are, by configuration. */
public enum Accounts {
  /** Nobody. */
  NOBODY(""),
  /** A user who may look. */
  VIEWER(basic("viewer", "viewer-password")),
  /** A user who may do everything. */
  ADMIN(basic("tester", "admin-password")),
  /** A token that may look. */
  READ("Bearer token-that-may-read"),
  /** A token that may control instances. */
  OPERATE("Bearer token-that-may-operate"),
  /** A token that may do everything. */
  ADMIN_TOKEN("Bearer token-that-may-admin");

  /** The admin's name and password. */
  public static final String NAME = "tester";

  public static final String PASSWORD = "admin-password";

  private final String header;

  Accounts(String header) {
    this.header = header;
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** The header Authorization; empty for nobody. */
  public Optional<String> header() {
    return header.isEmpty() ? Optional.empty() : Optional.of(header);
  }

  /** The request with what says that it is theirs. */
  HttpRequest of(HttpRequest request) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(request, (name, value) -> true);
    header().ifPresent(value -> builder.header("Authorization", value));
    return builder.build();
  }

  /** The users alone: gRPC asks nobody then. */
  public static Map<String, String> users() {
    return Map.of(
        "atelier.security.users.tester.role",
        "admin",
        "atelier.security.users.tester.password",
        "pbkdf2-sha256$100000$MDEyMzQ1Njc4OWFiY2RlZg==$xxm6cLHpxTtkvgQtxi4qKKJgNVV92jnuhXsE+vB0ADg=",
        "atelier.security.users.viewer.password",
        "pbkdf2-sha256$100000$ZmVkY2JhOTg3NjU0MzIxMA==$LONmRE4RvB1O8uRCttRWub3oem41n2SAX19ueSo1t2E=");
  }

  /** Users and tokens. */
  public static Map<String, String> all() {
    Map<String, String> all = new TreeMap<>(users());
    all.put("atelier.security.tokens.reader.scope", "read");
    all.put(
        "atelier.security.tokens.reader.hash",
        "sha256:954b812af3b204f0a110863cf4004f20846188bb7cc48861f860cd54772fbe87");
    all.put("atelier.security.tokens.operator.scope", "operate");
    all.put(
        "atelier.security.tokens.operator.hash",
        "sha256:b143211e159e7c7b6149830f43e75c087b0756d9fc06f3648ee22400e4dc43e8");
    all.put("atelier.security.tokens.all.scope", "admin");
    all.put(
        "atelier.security.tokens.all.hash",
        "sha256:c755cfd6cad9037ad5d3c0eca918dfdc1ad9b8a5629ffe1941681caf4443be97");
    return all;
  }
}
