// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.store.MemoryHeardStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeardEndingsTest {
  private static final Hearer BRIDGE = new Hearer("bridge", "node");
  private static final Hearer OTHER = new Hearer("bridge", "go");

  private final MemoryHeardStore store = new MemoryHeardStore();
  private final HeardEndings heard = new HeardEndings(store, Thread::new);

  private static Workspace stopped(String id) {
    return Workspaces.pending(id)
        .withVersion(8)
        .withStatus(Workspaces.in(Phase.STOPPED, WorkspaceType.REGULAR).status());
  }

  private boolean isTold(Hearer caller, String id) throws WorkspaceFault {
    return !heard.unheardBy(caller).of(stopped(id)).isEmpty();
  }

  private boolean isKept(Hearer caller, String id) throws WorkspaceFault {
    return store.heardBy(caller.key()).containsKey(id);
  }

  @AfterEach
  void end() {
    heard.close();
  }

  @Test
  void whatIsHeardCountsAtOnceAndForThatCallerAlone() throws WorkspaceFault {
    assertThat(isTold(BRIDGE, "a")).isTrue();
    heard.heard(BRIDGE, stopped("a"));

    assertThat(isTold(BRIDGE, "a")).isFalse();
    assertThat(isTold(OTHER, "a")).isTrue();
    assertThat(isTold(BRIDGE, "b")).isTrue();
  }

  @Test
  void manyAreKeptByOneWriteWithinASecond() {
    long began = System.nanoTime();
    for (int i = 0; i < 400; i++) {
      heard.heard(BRIDGE, stopped("i" + i));
    }
    await().pollInterval(Duration.ofMillis(5)).until(() -> isKept(BRIDGE, "i399"));

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    assertThat(store.writes()).isEqualTo(1);
  }

  @Test
  void whatCouldNotBeKeptCountsAndIsKeptLater() throws WorkspaceFault {
    store.down(true);
    heard.heard(BRIDGE, stopped("a"));
    assertThatThrownBy(() -> heard.unheardBy(BRIDGE)).hasMessageContaining("out of reach");
    await().pollDelay(Duration.ofMillis(500)).until(() -> true);
    store.down(false);
    assertThat(isTold(BRIDGE, "a")).isFalse();

    await().until(() -> isKept(BRIDGE, "a"));
  }

  @Test
  void theEndWritesWhatWaits() throws WorkspaceFault {
    heard.heard(BRIDGE, stopped("a"));
    heard.close();

    assertThat(isKept(BRIDGE, "a")).isTrue();
  }

  @Test
  void theEndDoesNotWaitForAStoreThatIsAway() {
    store.down(true);
    heard.heard(BRIDGE, stopped("a"));
    long began = System.nanoTime();
    heard.close();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void whatWaitsForAnInstanceThatIsForgottenIsNotKeptForTheNextOfThatId() throws WorkspaceFault {
    heard.heard(BRIDGE, stopped("a"));
    heard.forget("a");
    heard.close();

    assertThat(store.writes()).isZero();
    assertThat(isTold(BRIDGE, "a")).isTrue();
  }
}
