// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.Workspaces;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
  private final Queue<Runnable> workers = new ArrayDeque<>();
  private final List<String> worked = new ArrayList<>();
  private Consumer<String> work = key -> {};
  private Instant now = Workspaces.CREATED;

  private WorkQueue queue(int parallelism) {
    return new WorkQueue(
        workers::add,
        parallelism,
        () -> now,
        key -> {
          worked.add(key);
          work.accept(key);
        });
  }

  private void settle() {
    while (!workers.isEmpty()) {
      workers.remove().run();
    }
  }

  @Test
  void aKeyWaitsOnce() {
    WorkQueue queue = queue(4);
    queue.add("a");
    queue.add("a");
    assertThat(queue.depth()).isEqualTo(1);
    settle();

    assertThat(worked).containsExactly("a");
  }

  @Test
  void aKeyThatIsAddedWhileItIsWorkedOnIsWorkedOnAgain() {
    WorkQueue queue = queue(4);
    work =
        key -> {
          if (worked.size() == 1) {
            queue.add(key);
            queue.add(key);
            assertThat(workers).isEmpty();
          }
        };
    queue.add("a");
    settle();

    assertThat(worked).containsExactly("a", "a");
    assertThat(queue.depth()).isZero();
  }

  @Test
  void aKeyIsNeverWorkedOnTwiceAtATime() {
    WorkQueue queue = queue(4);
    List<String> inside = new ArrayList<>();
    work =
        key -> {
          assertThat(inside).doesNotContain(key);
          inside.add(key);
          if (worked.size() < 20) {
            queue.add("a");
            queue.add("b");
            Runnable other = workers.poll();
            if (other != null) {
              other.run();
            }
          }
          inside.remove(key);
        };
    queue.add("a");
    queue.add("b");
    settle();

    assertThat(worked).hasSizeGreaterThanOrEqualTo(20).contains("a", "b");
  }

  @Test
  void noMoreAreWorkedOnAtATimeThanWasSaid() {
    WorkQueue queue = queue(2);
    for (int i = 0; i < 10; i++) {
      queue.add("k" + i);
    }
    assertThat(workers).hasSize(2);
    settle();

    assertThat(worked).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void keysComeInTheOrderTheyWereAdded() {
    WorkQueue queue = queue(1);
    List.of("c", "a", "b").forEach(queue::add);
    settle();

    assertThat(worked).containsExactly("c", "a", "b");
  }

  @Test
  void workThatThrowsStopsNeitherTheKeyNorTheOthers() {
    WorkQueue queue = queue(1);
    work =
        key -> {
          if (worked.size() == 1) {
            throw new IllegalStateException("a bug");
          }
        };
    queue.add("a");
    queue.add("b");
    assertThatThrownBy(this::settle).hasMessage("a bug");
    queue.add("a");
    settle();

    assertThat(worked).containsExactly("a", "b", "a");
  }

  @Test
  void aQueueThatDoesNotMoveIsStuck() {
    WorkQueue queue = queue(1);
    assertThat(queue.stuckSince()).isEmpty();
    queue.add("a");
    now = now.plusSeconds(60);
    assertThat(queue.stuckSince()).contains(Workspaces.CREATED);
    settle();

    assertThat(queue.stuckSince()).isEmpty();
  }

  @Test
  void keysThatNoWorkerWasThereForAreWorkedOnWithTheNextOne() {
    boolean[] refuse = {true};
    WorkQueue queue =
        new WorkQueue(
            task -> {
              if (refuse[0]) {
                throw new RejectedExecutionException("full");
              }
              workers.add(task);
            },
            1,
            () -> now,
            worked::add);
    assertThatThrownBy(() -> queue.add("a")).isInstanceOf(RejectedExecutionException.class);
    refuse[0] = false;
    queue.add("a");
    settle();

    assertThat(worked).containsExactly("a");
  }

  @Test
  void workersThatEndWhileAKeyIsWorkedOnHarmNobodyAndTheRestWaits() {
    boolean[] ended = {false};
    WorkQueue queue =
        new WorkQueue(
            task -> {
              if (ended[0]) {
                throw new RejectedExecutionException("ended");
              }
              workers.add(task);
            },
            1,
            () -> now,
            key -> {
              worked.add(key);
              ended[0] = true;
            });
    queue.add("a");
    queue.add("b");
    settle();
    assertThat(worked).containsExactly("a");
    assertThat(queue.stuckSince()).isPresent();

    ended[0] = false;
    queue.add("c");
    settle();
    assertThat(worked).containsExactly("a", "b");
  }
}
