// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is begun when, with workers that work when they are told to. */
class SlotsTest {
  private final Deque<Runnable> begun = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();
  private final Slots slots = new Slots(begun::add, 2);

  private boolean waits(String owner, String name) {
    return slots.run(owner, () -> done.add(name));
  }

  private void endOne() {
    begun.remove().run();
  }

  @Test
  void whatIsBeyondTheBoundWaitsAndRunsInOrder() {
    assertThat(waits("ann", "1")).isFalse();
    assertThat(waits("ann", "2")).isFalse();
    assertThat(waits("ann", "3")).isTrue();
    assertThat(waits("ann", "4")).isTrue();
    assertThat(begun).hasSize(2);
    endOne();
    assertThat(begun).hasSize(2);
    while (!begun.isEmpty()) {
      endOne();
    }
    assertThat(done).containsExactly("1", "2", "3", "4");
  }

  @Test
  void anOwnerOfWhomNoneRunsDoesNotWaitForAnothers() {
    for (String name : List.of("1", "2", "3")) {
      waits("ann", name);
    }
    assertThat(waits("bob", "b")).isFalse();
    assertThat(waits("bob", "c")).isTrue();
    assertThat(begun).hasSize(3);
  }

  @Test
  void thereAreNeverMoreThanTwiceTheBound() {
    waits("ann", "1");
    waits("ann", "2");
    for (String owner : List.of("bob", "cid")) {
      assertThat(waits(owner, owner)).isFalse();
    }
    assertThat(waits("dan", "dan")).isTrue();
    assertThat(begun).hasSize(4);
    endOne();
    assertThat(begun).hasSize(4);
  }

  @Test
  void theOwnerOfWhomFewestRunComesNext() {
    waits("ann", "1");
    waits("ann", "2");
    waits("bob", "3");
    waits("cid", "4");
    waits("ann", "late");
    waits("dan", "first");
    endOne();
    while (!begun.isEmpty()) {
      endOne();
    }
    assertThat(done.indexOf("first")).isLessThan(done.indexOf("late"));
    assertThat(done).hasSize(6);
  }
}
