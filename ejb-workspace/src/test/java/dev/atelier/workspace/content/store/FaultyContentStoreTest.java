// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.FaultyContentStore.Mishap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultyContentStoreTest {
  /** begin, two writes, commit. */
  private static final int CALLS_OF_A_PUT = 4;

  @TempDir Path folder;
  private FaultyContentStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FaultyContentStore(new FolderContentStore(folder, InstantSource.system()));
  }

  @Test
  void everyCallOfAWriteCanFailWithNothingVisible() throws IOException {
    for (int call = 1; call <= CALLS_OF_A_PUT; call++) {
      store.failAt(call, Mishap.BEFORE);
      assertThatThrownBy(() -> ContentStoreContract.put(store, "a", new byte[2]))
          .isInstanceOf(ContentStoreFault.class)
          .hasMessageContaining("call " + call);
      assertThat(store.calls()).isEqualTo(call);
      store.heal();
      assertThat(store.list("")).isEmpty();
    }
    ContentStoreContract.put(store, "a", new byte[2]);
    assertThat(ContentStoreContract.get(store, "a")).hasSize(2);
  }

  @Test
  void aCommitWhoseAnswerIsLostIsVisible() throws IOException {
    store.failAt(CALLS_OF_A_PUT, Mishap.AFTER);
    assertThatThrownBy(() -> ContentStoreContract.put(store, "a", new byte[2]))
        .isInstanceOf(ContentStoreFault.class);
    assertThat(ContentStoreContract.get(store, "a")).hasSize(2);
  }
}
