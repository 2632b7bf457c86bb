// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.domain.Snapshot;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of snapshots promises. */
public abstract class SnapshotStoreContract {
  /** How long what another store has done may take until it shows. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Instant ASKED = Instant.parse("2026-01-02T03:04:05.123456Z");

  private SnapshotStore store;

  /** A store of an empty place. */
  protected abstract SnapshotStore empty() throws Exception;

  /** Another store of the same place. */
  protected abstract SnapshotStore another() throws Exception;

  /** Gives its record another number, and a member that is not known, as a newer manager would. */
  protected abstract void rewrite(String id, int format) throws Exception;

  /** Whether the record has the member yet. */
  protected abstract boolean hasUnknownMember(String id) throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = empty();
  }

  private static Snapshot begun(int number) {
    return Snapshot.of(Samples.pending("a"), "%032x".formatted(number), ASKED.plusSeconds(number));
  }

  private static Snapshot complete(int number) {
    return begun(number).settled("", ASKED.plusSeconds(100));
  }

  @Test
  void whatIsCreatedIsThere() throws WorkspaceFault {
    store.create(begun(1));

    assertThat(store.get(begun(1).id())).contains(begun(1));
    assertThat(store.list()).containsExactly(begun(1));
  }

  @Test
  void snapshotOfANewerFormatIsLeftAlone() throws Exception {
    store.create(begun(1));
    store.put(begun(1));
    store.create(begun(2));
    rewrite(begun(1).id(), 2);
    await().atMost(PATIENCE).until(() -> store.list().equals(List.of(begun(2))));

    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get(begun(1).id()),
            () -> store.put(complete(1)),
            () -> store.delete(begun(1).id()))) {
      assertThatThrownBy(call)
          .hasMessageMatching("the re.* of snapshot 0*1 has format 2, which a newer version .*")
          .extracting(fault -> ((WorkspaceFault) fault).code())
          .isEqualTo(WorkspaceFault.Code.UNAVAILABLE);
    }
    rewrite(begun(1).id(), 1);
    await().atMost(PATIENCE).until(() -> store.list().equals(List.of(begun(1), begun(2))));
  }

  @Test
  void whatANewerManagerHasAddedStays() throws Exception {
    store.create(begun(1));
    store.put(begun(1));
    rewrite(begun(1).id(), 1);
    store.put(complete(1));

    assertThat(store.get(begun(1).id())).contains(complete(1));
    assertThat(hasUnknownMember(begun(1).id())).isTrue();
  }

  @Test
  void whatIsNotKnownIsEmpty() throws WorkspaceFault {
    for (String id : List.of("0".repeat(32), "", "\0", "a/b", "../a", "x".repeat(10_000))) {
      assertThat(store.get(id)).isEmpty();
      store.delete(id);
    }
    assertThat(store.list()).isEmpty();
  }

  @Test
  void wholeSnapshotIsNotRecordedAsFailedByAManagerThatKnowsLess() throws WorkspaceFault {
    store.create(begun(1));
    store.put(begun(1).settled("the instance is gone", ASKED.plusSeconds(9)));
    store.put(complete(1));
    store.put(begun(1).settled("the instance is gone", ASKED.plusSeconds(9)));

    assertThat(store.get(begun(1).id())).contains(complete(1));
  }

  @Test
  void theLateEndOfACopyDoesNotBringBackWhatIsBeingDeleted() throws WorkspaceFault {
    Snapshot marked =
        begun(1)
            .settled("the instance is gone", ASKED.plusSeconds(9))
            .withDeletedAt(Optional.of(ASKED.plusSeconds(20)));
    store.create(begun(1));
    store.put(marked);
    store.put(complete(1));

    assertThat(store.get(begun(1).id())).contains(marked);
  }

  @Test
  void endIsRecordedWhateverWasRecordedBefore() throws WorkspaceFault {
    store.create(begun(1));
    store.put(complete(1));
    store.put(complete(2));
    Snapshot failed = begun(3).settled("no space left on device", ASKED.plusSeconds(9));
    store.put(failed);

    assertThat(store.get(begun(1).id())).contains(complete(1));
    assertThat(store.get(begun(2).id())).contains(complete(2));
    assertThat(store.get(begun(3).id())).contains(failed);
  }

  @Test
  void creationLeavesAnEndThatWasRecordedBefore() throws WorkspaceFault {
    store.put(complete(1));
    store.create(begun(1));

    assertThat(store.get(begun(1).id())).contains(complete(1));
  }

  @Test
  void whatIsWholeStaysSoWhoeverWritesAtTheSameTime() throws Exception {
    SnapshotStore other = another();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int number = 0; number < 25; number++) {
        Snapshot whole = complete(number);
        Snapshot failed = begun(number).settled("cut off", ASKED.plusSeconds(90));
        store.create(begun(number));
        CyclicBarrier together = new CyclicBarrier(2);
        List<Future<Void>> both = new ArrayList<>();
        for (var one : List.of(Map.entry(store, failed), Map.entry(other, whole))) {
          both.add(
              threads.submit(
                  () -> {
                    together.await();
                    one.getKey().put(one.getValue());
                    return null;
                  }));
        }
        for (Future<Void> put : both) {
          put.get();
        }
        assertThat(store.get(whole.id())).contains(whole);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void deletionIsMarkedAndTheMarkTakenAway() throws WorkspaceFault {
    Snapshot marked = complete(1).withDeletedAt(Optional.of(ASKED.plusSeconds(200)));
    store.put(complete(1));
    store.put(marked);
    assertThat(store.get(marked.id())).contains(marked);

    store.put(complete(1));
    assertThat(store.get(marked.id())).contains(complete(1));
  }

  @Test
  void oldestIsListedFirst() throws WorkspaceFault {
    for (int number : List.of(3, 1, 2)) {
      store.create(begun(number));
    }
    assertThat(store.list()).containsExactly(begun(1), begun(2), begun(3));
  }

  @Test
  void whatIsDeletedIsForgotten() throws WorkspaceFault {
    store.create(begun(1));
    store.create(begun(2));
    store.delete(begun(1).id());
    store.delete(begun(1).id());

    assertThat(store.get(begun(1).id())).isEmpty();
    assertThat(store.list()).containsExactly(begun(2));
  }

  @Test
  void endsAreTold() throws WorkspaceFault {
    List<Snapshot> heard = new CopyOnWriteArrayList<>();
    store.create(begun(1));
    store.watch(heard::add);
    store.put(complete(1));

    assertThat(heard).contains(complete(1));
  }

  @Test
  void anotherStoreOfThePlaceSeesTheSame() throws Exception {
    SnapshotStore other = another();
    store.create(begun(1));
    assertThat(other.get(begun(1).id())).contains(begun(1));

    other.put(complete(1));
    await().atMost(PATIENCE).until(() -> store.get(begun(1).id()).equals(Optional.of(complete(1))));
    assertThat(store.list()).containsExactly(complete(1));
  }
}
