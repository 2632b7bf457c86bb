// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every store. */
interface ContentStoreContract {
  int PART = 5 << 20;

  /** An empty store; the same one during a test. */
  ContentStore store();

  /** As that one, by a clock that is ahead. */
  ContentStore storeIn(Duration future) throws IOException;

  /** What unfinished uploads have left in it. */
  long leftovers() throws IOException;

  /** A process that has written 12 MB to {@code killed} and keeps the upload open. */
  Process writer() throws IOException;

  /** How far in the future what a killed process has left counts as left. */
  Duration abandoned();

  static byte[] bytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static void put(ContentStore store, String name, byte[] bytes) throws IOException {
    try (ContentStore.Upload upload = store.begin(name)) {
      int half = bytes.length / 2;
      upload.stream().write(bytes, 0, half);
      upload.stream().write(bytes, half, bytes.length - half);
      upload.commit();
    }
  }

  static byte[] get(ContentStore store, String name) throws IOException {
    try (InputStream stream = store.read(name)) {
      return stream.readAllBytes();
    }
  }

  static List<String> names(ContentStore store, String prefix) throws IOException {
    return store.list(prefix).stream().map(StoredObject::name).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, PART - 1, PART, PART + 1, 3 * PART, 20_000_000})
  default void whatIsCommittedIsRead(int size) throws IOException {
    byte[] bytes = bytes(size, size);
    Instant before = Instant.now().minusSeconds(5);
    put(store(), "owner/meta/final-1.tar.zst", bytes);
    assertThat(Arrays.equals(get(store(), "owner/meta/final-1.tar.zst"), bytes)).isTrue();
    assertThat(store().list(""))
        .singleElement()
        .satisfies(
            object -> {
              assertThat(object.name()).isEqualTo("owner/meta/final-1.tar.zst");
              assertThat(object.size()).isEqualTo(size);
              assertThat(object.modifiedAt())
                  .isBetween(before, before.plus(Duration.ofMinutes(10)));
            });
    assertThat(leftovers()).isZero();
  }

  @Test
  default void singleBytesMakeAnObjectToo() throws IOException {
    try (ContentStore.Upload upload = store().begin("bytes")) {
      for (int i = 0; i < 1000; i++) {
        upload.stream().write(i);
      }
      upload.stream().close();
      upload.commit();
    }
    try (InputStream stream = store().read("bytes")) {
      for (int i = 0; i < 1000; i++) {
        assertThat(stream.read()).isEqualTo(i & 0xff);
      }
      assertThat(stream.read()).isEqualTo(-1);
      assertThat(stream.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 12_000_000})
  default void nothingIsSeenBeforeTheCommitNorLeftWithoutOne(int size) throws IOException {
    try (ContentStore.Upload upload = store().begin("a/b")) {
      upload.stream().write(bytes(size, 1));
      assertThat(store().list("")).isEmpty();
      assertThatThrownBy(() -> get(store(), "a/b")).isInstanceOf(MissingContentException.class);
      store().sweep();
    }
    assertThat(store().list("")).isEmpty();
    assertThat(leftovers()).isZero();
  }

  @Test
  default void anObjectIsReplacedWhole() throws IOException {
    put(store(), "a/b", bytes(9_000_000, 1));
    try (ContentStore.Upload upload = store().begin("a/b")) {
      upload.stream().write(bytes(100, 2));
      assertThat(get(store(), "a/b")).hasSize(9_000_000);
      upload.commit();
    }
    assertThat(get(store(), "a/b")).isEqualTo(bytes(100, 2));
    assertThat(names(store(), "")).containsExactly("a/b");
  }

  @Test
  default void nothingIsAddedAfterTheCommit() throws IOException {
    try (ContentStore.Upload upload = store().begin("a")) {
      upload.commit();
      assertThatThrownBy(() -> upload.stream().write(1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(upload::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(get(store(), "a")).isEmpty();
  }

  @Test
  default void whatIsNotThereIsMissingAndNothingToDelete() throws IOException {
    put(store(), "a/b", new byte[1]);
    for (String name : List.of("c", "a", "a/c", "c/d/e")) {
      assertThatThrownBy(() -> get(store(), name))
          .isInstanceOf(MissingContentException.class)
          .hasMessageContaining(name);
      store().delete(name);
    }
    store().delete("a/b");
    store().delete("a/b");
    assertThat(store().list("")).isEmpty();
  }

  @Test
  default void namesAreListedInTheirOrderByPrefix() throws IOException {
    for (String name : List.of("a/b", "a-b", "a.b", "ab/c", "ab/c-d/e", "B", "a/c/d")) {
      put(store(), name, name.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(names(store(), ""))
        .containsExactly("B", "a-b", "a.b", "a/b", "a/c/d", "ab/c", "ab/c-d/e");
    assertThat(names(store(), "a/")).containsExactly("a/b", "a/c/d");
    assertThat(names(store(), "a/c")).containsExactly("a/c/d");
    assertThat(names(store(), "ab")).containsExactly("ab/c", "ab/c-d/e");
    assertThat(names(store(), "ab/c")).containsExactly("ab/c", "ab/c-d/e");
    assertThat(names(store(), "c/d")).isEmpty();
  }

  @Test
  default void thousandsAreListed() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Callable<String>> puts = new ArrayList<>();
      for (String name :
          IntStream.range(0, 2500).mapToObj("owner/m%04d/final"::formatted).toList()) {
        puts.add(
            () -> {
              put(store(), name, new byte[1]);
              return name;
            });
      }
      List<String> expected = new ArrayList<>();
      for (Future<String> done : pool.invokeAll(puts)) {
        expected.add(done.get());
      }
      assertThat(names(store(), "owner/")).isEqualTo(expected);
    } finally {
      pool.shutdown();
    }
  }

  @Test
  default void oneOfTwoWritersOfANameWins() throws Exception {
    List<byte[]> objects = List.of(bytes(12_000_000, 1), bytes(12_000_000, 2));
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<Void>> writers = new ArrayList<>();
      for (byte[] object : objects) {
        writers.add(
            pool.submit(
                () -> {
                  put(store(), "a/b", object);
                  return null;
                }));
      }
      for (Future<Void> writer : writers) {
        writer.get();
      }
    } finally {
      pool.shutdown();
    }
    byte[] winner = get(store(), "a/b");
    assertThat(objects).anyMatch(object -> Arrays.equals(object, winner));
    assertThat(leftovers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a/.", "a b", "ä", "a\\b", "a\nb",
        "a%2fb", "~a"
      })
  default void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> store().begin(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().read(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().delete(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  default void namesAreBoundedInLength() throws IOException {
    String segment = "a".repeat(255);
    String longest = segment + "/" + segment + "/";
    assertThatThrownBy(() -> store().begin(longest + "aa"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().begin(segment + "a"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().list("a/../")).isInstanceOf(IllegalArgumentException.class);
    // A service over a file system has no room for a name as long as this in its own metadata.
    put(store(), "...a/" + segment.substring(5) + "/a-_.Z9", new byte[1]);
    assertThat(names(store(), "...")).hasSize(1);
  }

  @Test
  default void aKilledWriterLeavesNothingVisibleAndNothingForEver() throws Exception {
    Process writer = writer();
    try {
      assertThat(writer.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("written");
      assertThat(store().list("")).isEmpty();
      assertThat(leftovers()).isEqualTo(1);
      store().sweep();
      assertThat(leftovers()).isEqualTo(1);
    } finally {
      writer.destroyForcibly().waitFor();
    }
    assertThat(store().list("")).isEmpty();
    try (ContentStore later = storeIn(abandoned())) {
      later.sweep();
    }
    assertThat(leftovers()).isZero();
  }

  @Test
  default void anInterruptedWriterLeavesNothing() throws IOException {
    try (ContentStore.Upload upload = store().begin("a")) {
      upload.stream().write(bytes(12_000_000, 1));
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> {
                upload.stream().write(bytes(12_000_000, 2));
                upload.commit();
              })
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(store().list("")).isEmpty();
    assertThat(leftovers()).isZero();
  }

  @Test
  default void aStoreThatWorksIsFoundToDoSo() throws IOException {
    assertThatCode(() -> store().check()).doesNotThrowAnyException();
    assertThat(store().list("")).isEmpty();
    assertThat(leftovers()).isZero();
  }

  static void refused(ContentStore store, Kind kind, String words) {
    assertThatThrownBy(() -> put(store, "a", new byte[1])).satisfies(e -> is(e, kind, words));
    assertThatThrownBy(() -> get(store, "a")).satisfies(e -> is(e, kind, words));
    assertThatThrownBy(() -> store.list("")).satisfies(e -> is(e, kind, words));
    assertThatThrownBy(store::check).satisfies(e -> is(e, kind, words));
    assertThatThrownBy(store::sweep).satisfies(e -> is(e, kind, words));
  }

  private static void is(Throwable e, Kind kind, String words) {
    assertThat(e).isInstanceOf(ContentStoreFault.class).hasMessageContaining(words);
    assertThat(((ContentStoreFault) e).kind()).isEqualTo(kind);
  }

  /** A clock that is ahead. */
  static InstantSource clockIn(Duration future) {
    return () -> Instant.now().plus(future);
  }
}
