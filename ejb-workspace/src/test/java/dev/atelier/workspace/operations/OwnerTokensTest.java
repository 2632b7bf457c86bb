// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.MemoryWorkspaceStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnerTokensTest {
  /** Forgets the instance while its token is on its way out of the store. */
  private static final class Overtaken extends MemoryWorkspaceStore {
    OwnerTokens tokens;
    int asked;

    @Override
    public synchronized Optional<WorkspaceSecrets> secrets(String id) {
      Optional<WorkspaceSecrets> found = super.secrets(id);
      if (asked++ == 0) {
        delete(id);
        tokens.forget(id);
      }
      return found;
    }
  }

  @Test
  void tokenThatIsForgottenWhileItIsReadIsNotKept() throws Exception {
    Overtaken store = new Overtaken();
    store.tokens = new OwnerTokens(store);
    store.create(
        Workspaces.pending("i"), new WorkspaceSecrets("token", List.of(), Optional.empty()));

    assertThat(store.tokens.get("i")).isEqualTo("token");
    assertThat(store.tokens.get("i")).isEmpty();
  }
}
