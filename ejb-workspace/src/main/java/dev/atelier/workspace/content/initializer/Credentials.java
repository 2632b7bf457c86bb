// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Who asks a git server; a secret. */
record Credentials(String user, String password) {

  /** The same; where they name no user, of the one that the URL names. */
  Credentials orUser(String named) {
    return user.isEmpty() ? new Credentials(named, password) : this;
  }

  /** Refuses what git's credential protocol cannot carry. */
  Credentials checked() throws ContentFault {
    if ((user + password).chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
      throw new ContentFault("credentials must not hold line ends");
    }
    return this;
  }

  /** What must not be seen of it in any text; a name alone is no secret. */
  List<String> secrets() {
    String pair = user + ":" + password;
    return List.of(
        pair, password, Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public String toString() {
    return "Credentials[]";
  }
}
