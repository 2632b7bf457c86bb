// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.Isolation;
import dev.atelier.workspace.security.LoopbackDoor.Guard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopbackDoorTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "false, OWN_NETWORKS, OPEN",
    "false, SHARED_NETWORK, TOKEN",
    "false, NONE, UNGUARDED",
    "true, OWN_NETWORKS, CONFIGURED",
    "true, SHARED_NETWORK, CONFIGURED",
    "true, NONE, CONFIGURED"
  })
  void whoIsAskedFollowsFromWhatIsConfiguredAndWhatKeepsInstancesOut(
      boolean configured, Isolation isolation, Guard guard) {
    assertThat(new LoopbackDoor(isolation, token()).guard(configured)).isEqualTo(guard);
  }

  @Test
  void aTokenIsMadeOnceForItsOwnerAlone() throws Exception {
    List<String> told = new ArrayList<>();
    String made = token().value(told::add);
    assertThat(told).containsExactly(made);
    assertThat(made).hasSize(43);
    assertThat(mode()).isEqualTo("rw-------");
    Files.setPosixFilePermissions(token().file(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(token().value(told::add)).isEqualTo(made);
    assertThat(mode()).isEqualTo("rw-------");
    assertThat(told).hasSize(1);
    assertThat(folder.toFile().list()).containsExactly("grpc-token");
  }

  @Test
  void whatIsNoTokenIsRefused() throws Exception {
    for (String text : List.of("", "short", "x".repeat(10_000))) {
      Files.writeString(token().file(), text);
      assertThatThrownBy(() -> token().value(made -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll(token().file().toString(), "delete it");
    }
    Files.delete(token().file());
    Files.createDirectory(token().file());
    assertThatThrownBy(() -> token().value(made -> {})).hasMessageContaining("delete it");
  }

  @Test
  void itsHolderIsKnownBesideOthers() {
    Identities others =
        new Identities(
            new SecuritySettings(
                Map.of(),
                Map.of(Identities.sha256("one"), new Identity("ci", Scope.READ)),
                Map.of()),
            () -> null);
    Identities known = others.with("two", FirstToken.HOLDER);
    assertThat(known.token("two")).hasValue(FirstToken.HOLDER);
    assertThat(known.token("one")).isPresent();
    assertThat(others.token("two")).isEmpty();
  }

  private FirstToken token() {
    return new FirstToken(folder.resolve("grpc-token"));
  }

  private String mode() throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(token().file()));
  }
}
