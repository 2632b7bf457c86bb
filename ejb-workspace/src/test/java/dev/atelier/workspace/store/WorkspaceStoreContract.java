// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. */
public abstract class WorkspaceStoreContract {
  /** How long what another store has done may take until it shows. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String CALLER = "0123456789abcdef0123456789abcdef";
  private static final String OTHER_CALLER = "f".repeat(32);

  private Place place;
  private WorkspaceStore store;

  /** Where stores keep what is theirs, empty for every test. */
  public interface Place {
    /** One more store that shares it. */
    WorkspaceStore open() throws WorkspaceFault;

    /** Where a store keeps who has heard of which ends. */
    HeardStore heard(WorkspaceStore store);

    /** Ends a store. */
    void close(WorkspaceStore store);

    /** Whether several managers may change the same instance at the same moment. */
    boolean severalManagers();

    /** How many changes were written by all stores. */
    int writes();

    /** How many characters of annotations an instance may have at least. */
    int largest();

    /** How often what goes on side by side is tried. */
    int rounds();

    /** Nobody answers any more. */
    void down();

    /** Goes down once the next change of an instance is made, before that is answered. */
    void breakInNextChange();

    /** All is well again. */
    void up();

    /** How many instances have secrets. */
    int secrets();

    /** How many instances have credentials. */
    int credentials();

    /** What managers write of an instance with each change, as it is kept. */
    ObjectNode record(String id);

    /** Keeps that instead, as a manager of another version would. */
    void rewrite(String id, ObjectNode record);
  }

  /** An empty place. */
  protected abstract Place place() throws Exception;

  @BeforeEach
  void open() throws Exception {
    place = place();
    store = place.open();
  }

  @AfterEach
  void close() {
    place.close(store);
  }

  @Test
  void whatIsCreatedIsThere() throws WorkspaceFault {
    store.create(Samples.full(), Samples.secrets());
    store.create(Samples.pending("a"), Samples.secrets());

    assertThat(store.get("full")).contains(Samples.full());
    assertThat(store.get("a")).contains(Samples.pending("a"));
    assertThat(store.list()).containsExactlyInAnyOrder(Samples.full(), Samples.pending("a"));
  }

  @Test
  void whatIsNotKnownIsEmpty() throws WorkspaceFault {
    assertThat(store.get("a")).isEmpty();
    assertThat(store.secrets("a")).isEmpty();
    assertThat(store.list()).isEmpty();
    assertThat(store.update("a", workspace -> message(workspace, "x"))).isEmpty();
    assertThatCode(() -> store.delete("a")).doesNotThrowAnyException();
  }

  @Test
  void idThatCannotBeIsNotKnown() throws WorkspaceFault {
    for (String id : List.of("", "\0", "a\0", "\uD800", "a\n", "\u00e4", "x".repeat(100_000))) {
      assertThat(store.get(id)).isEmpty();
      assertThat(store.secrets(id)).isEmpty();
      assertThat(store.update(id, WorkspaceStoreContract::counted)).isEmpty();
      store.delete(id);
    }
  }

  @Test
  void anotherStoreOfTheDatabaseSeesTheSame() throws WorkspaceFault {
    create("a");
    try (Other other = other()) {
      assertThat(other.store().get("a")).contains(Samples.pending("a"));
      other.store().update("a", workspace -> message(workspace, "elsewhere"));
      assertThat(other.store().secrets("a")).contains(Samples.secrets());
    }
    await()
        .atMost(PATIENCE)
        .until(() -> store.get("a").orElseThrow().status().message().equals("elsewhere"));
  }

  @Test
  void updateIsAnsweredAndKept() throws WorkspaceFault {
    create("a");
    Optional<Workspace> answered = store.update("a", workspace -> message(workspace, "hello"));

    assertThat(answered).contains(message(Samples.pending("a"), "hello").withVersion(2));
    assertThat(store.get("a")).isEqualTo(answered);
  }

  @Test
  void updateThatNobodySeesKeepsTheVersion() throws WorkspaceFault {
    create("a");
    store.update("a", workspace -> activity(workspace, 1));

    assertThat(store.get("a")).contains(activity(Samples.pending("a"), 1));
  }

  @Test
  void updateWithoutAChangeWritesAndTellsNothing() throws WorkspaceFault {
    create("a");
    List<StoreChange> heard = new ArrayList<>();
    store.watch(heard::add);
    int commits = place.writes();

    Optional<Workspace> same = store.update("a", workspace -> workspace);
    Optional<Workspace> equal =
        store.update("a", workspace -> workspace.withStatus(workspace.status().withMessage("")));

    assertThat(same).contains(Samples.pending("a"));
    assertThat(equal).contains(Samples.pending("a"));
    assertThat(place.writes()).isEqualTo(commits);
    assertThat(heard).isEmpty();
  }

  @Test
  void faultOfAChangeIsThrownAndChangesNothing() throws WorkspaceFault {
    create("a");
    List<StoreChange> heard = new ArrayList<>();
    store.watch(heard::add);
    WorkspaceFault refusal = WorkspaceFault.failedPrecondition("not now");

    WorkspaceFault thrown =
        fault(
            () ->
                store.update(
                    "a",
                    workspace -> {
                      throw refusal;
                    }));

    assertThat(thrown).isSameAs(refusal);
    assertThat(store.get("a")).contains(Samples.pending("a"));
    assertThat(heard).isEmpty();
  }

  @Test
  void faultyCodeOfAChangeIsNotTakenForTheDatabase() throws WorkspaceFault {
    create("a");
    IllegalStateException bug = new IllegalStateException("a bug");

    Throwable thrown =
        catchThrowable(
            () ->
                store.update(
                    "a",
                    workspace -> {
                      throw bug;
                    }));

    assertThat(thrown).isSameAs(bug);
    assertThat(store.update("a", workspace -> message(workspace, "goes on"))).isPresent();
  }

  @Test
  void deletedInstanceIsForgottenWithItsSecrets() throws WorkspaceFault {
    create("a");
    create("b");
    store.delete("a");
    store.delete("a");

    assertThat(store.get("a")).isEmpty();
    assertThat(store.secrets("a")).isEmpty();
    assertThat(store.list()).containsExactly(Samples.pending("b"));
    await().atMost(PATIENCE).until(() -> place.secrets() == 1);
    create("a");
  }

  @Test
  void whoHasHeardOfAnEndIsKeptAndNobodyIsToldOfIt() throws WorkspaceFault {
    create("a");
    create("b");
    stop("a");
    List<StoreChange> told = new ArrayList<>();
    store.watch(told::add);
    HeardStore heard = place.heard(store);
    heard.note(Map.of("a", HeardBy.NOBODY.with(CALLER, 2).with(OTHER_CALLER, 1)));
    heard.note(Map.of("a", HeardBy.NOBODY.with(OTHER_CALLER, 2)));
    heard.note(Map.of("a", HeardBy.NOBODY.with(CALLER, 1)));

    assertThat(heard.heardBy(CALLER)).isEqualTo(Map.of("a", 2L));
    assertThat(heard.heardBy(OTHER_CALLER)).isEqualTo(Map.of("a", 2L));
    assertThat(heard.heardBy("0".repeat(32))).isEmpty();
    try (Other other = other()) {
      assertThat(place.heard(other.store()).heardBy(CALLER)).isEqualTo(Map.of("a", 2L));
      assertThat(other.store().get("a")).isEqualTo(store.get("a"));
    }
    assertThat(store.get("a")).map(Workspace::version).contains(2L);
    assertThat(told).isEmpty();
    store.update("a", workspace -> activity(workspace, 1));
    assertThat(heard.heardBy(CALLER)).isEqualTo(Map.of("a", 2L));
  }

  @Test
  void whatIsHeardGoesWithItsInstance() throws WorkspaceFault {
    create("a");
    create("b");
    HeardStore heard = place.heard(store);
    heard.note(Map.of("a", HeardBy.NOBODY.with(CALLER, 1), "b", HeardBy.NOBODY.with(CALLER, 1)));
    store.delete("a");
    create("a");
    assertThat(heard.heardBy(CALLER)).isEqualTo(Map.of("b", 1L));
    // It was said of the one that was there before, which had come further.
    heard.note(Map.of("a", HeardBy.NOBODY.with(CALLER, 9), "gone", HeardBy.NOBODY.with(CALLER, 1)));

    assertThat(heard.heardBy(CALLER)).isEqualTo(Map.of("b", 1L));
    store.delete("b");
    assertThat(heard.heardBy(CALLER)).isEmpty();
  }

  @Test
  void severalManagersNoteWhatTheirCallersHear() throws Exception {
    if (!place.severalManagers()) {
      return;
    }
    create("a");
    try (Other other = other()) {
      List<HeardStore> stores = List.of(place.heard(store), place.heard(other.store()));
      inParallel(
          2,
          who -> {
            for (int i = 0; i < 8; i++) {
              stores
                  .get(who)
                  .note(Map.of("a", HeardBy.NOBODY.with("%032x".formatted(2 * i + who), 1)));
            }
            return null;
          });
      for (int caller = 0; caller < 16; caller++) {
        String key = "%032x".formatted(caller);
        await().atMost(PATIENCE).until(() -> stores.get(0).heardBy(key).equals(Map.of("a", 1L)));
      }
    }
  }

  @Test
  void whatIsHeardCannotBeNotedWhileNobodyAnswers() throws WorkspaceFault {
    create("a");
    HeardStore heard = place.heard(store);
    Map<String, HeardBy> note = Map.of("a", HeardBy.NOBODY.with(CALLER, 1));
    place.down();
    assertThat(fault(() -> heard.note(note)).code()).isEqualTo(Code.UNAVAILABLE);
    place.up();
    heard.note(note);

    assertThat(heard.heardBy(CALLER)).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void knownIdIsRefused() throws WorkspaceFault {
    create("a");
    WorkspaceFault fault =
        fault(() -> store.create(Samples.pending("a", "other", "other"), Samples.secrets()));

    assertThat(fault.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(fault).hasMessage("id: workspace instance \"a\" exists already");
  }

  @Test
  void idOfAStoppedInstanceIsRefused() throws WorkspaceFault {
    create("a");
    stop("a");
    WorkspaceFault fault = fault(() -> create("a"));

    assertThat(fault.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(fault).hasMessageStartingWith("id: ");
  }

  @Test
  void metaIdInUseIsRefused() throws WorkspaceFault {
    store.create(Samples.pending("a", "meta", "one"), Samples.secrets());
    WorkspaceFault fault =
        fault(() -> store.create(Samples.pending("b", "meta", "two"), Samples.secrets()));

    assertThat(fault.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(fault)
        .hasMessage(
            "meta_id: \"meta\" is taken by workspace instance \"a\", which has not stopped");
    assertThat(store.get("b")).isEmpty();
    assertThat(store.secrets("b")).isEmpty();
  }

  @Test
  void servicePrefixInUseIsRefused() throws WorkspaceFault {
    store.create(Samples.pending("a", "one", "prefix"), Samples.secrets());
    WorkspaceFault fault =
        fault(() -> store.create(Samples.pending("b", "two", "prefix"), Samples.secrets()));

    assertThat(fault.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(fault)
        .hasMessage(
            "service_prefix: \"prefix\" is taken by workspace instance \"a\","
                + " which has not stopped");
  }

  @Test
  void emptyServicePrefixIsNoPrefix() throws WorkspaceFault {
    store.create(Samples.pending("a", "one", ""), Samples.secrets());
    store.create(Samples.pending("b", "two", ""), Samples.secrets());

    assertThat(store.list()).hasSize(2);
  }

  @Test
  void stoppedInstanceGivesItsNamesBack() throws WorkspaceFault {
    for (int i = 0; i < 5; i++) {
      store.create(Samples.pending("run-" + i, "meta", "prefix"), Samples.secrets());
      stop("run-" + i);
    }
    assertThat(store.list()).hasSize(5);
  }

  @Test
  void oneOfTwoAtTheSameMomentIsRefused() throws Exception {
    int rounds = place.rounds();
    CyclicBarrier together = new CyclicBarrier(2);
    List<List<String>> outcomes = new ArrayList<>();
    try (Other other = other()) {
      List<WorkspaceStore> stores = List.of(store, other.store());
      outcomes =
          inParallel(
              2,
              who -> {
                List<String> mine = new ArrayList<>();
                for (int round = 0; round < rounds; round++) {
                  together.await();
                  mine.add(contend(stores.get(who), who, round));
                }
                return mine;
              });
    }
    for (int round = 0; round < rounds; round++) {
      String expected = List.of("id", "meta_id", "service_prefix").get(round % 3);
      assertThat(List.of(outcomes.get(0).get(round), outcomes.get(1).get(round)))
          .as("round " + round)
          .containsExactlyInAnyOrder("created", expected);
    }
    await().atMost(PATIENCE).until(() -> store.list().size() == rounds);
  }

  /** Creates what collides with what the other creates in one value, and says what came of it. */
  private static String contend(WorkspaceStore store, int who, int round) {
    String own = "r" + round + "-" + who;
    String both = "r" + round;
    Workspace mine =
        Samples.pending(
            round % 3 == 0 ? both : own, round % 3 == 1 ? both : own, round % 3 == 2 ? both : own);
    try {
      store.create(mine, Samples.secrets());
      return "created";
    } catch (WorkspaceFault e) {
      assertThat(e.code()).isEqualTo(Code.ALREADY_EXISTS);
      return e.getMessage().substring(0, e.getMessage().indexOf(':'));
    }
  }

  @Test
  void changesSideBySideAreAllKept() throws Exception {
    int rounds = place.rounds();
    create("a");
    try (Other other = other()) {
      List<WorkspaceStore> stores = List.of(store, place.severalManagers() ? other.store() : store);
      inParallel(
          8,
          who -> {
            for (int i = 0; i < rounds; i++) {
              counted(stores.get(who % 2), "a");
            }
            return null;
          });
    }
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                store
                    .get("a")
                    .orElseThrow()
                    .status()
                    .message()
                    .equals(Integer.toString(8 * rounds)));
    assertThat(store.get("a").orElseThrow().version()).isEqualTo(8 * rounds + 1);
  }

  @Test
  void changesAreToldInTheOrderOfTheirVersions() throws Exception {
    List<StoreChange> heard = new ArrayList<>();
    LinkedBlockingQueue<StoreChange> queue = new LinkedBlockingQueue<>();
    store.watch(queue::add);
    create("a");
    create("b");
    inParallel(
        4,
        who -> {
          for (int i = 0; i < 50; i++) {
            store.update(who % 2 == 0 ? "a" : "b", WorkspaceStoreContract::counted);
          }
          return null;
        });
    store.delete("a");
    queue.drainTo(heard);

    List<Long> versions =
        heard.stream()
            .filter(change -> change.id().equals("a"))
            .map(change -> change.workspace().map(Workspace::version).orElse(-1L))
            .toList();
    List<Long> expected =
        new ArrayList<>(IntStream.rangeClosed(1, 101).mapToObj(Long::valueOf).toList());
    expected.add(-1L);
    assertThat(versions).isEqualTo(expected);
    assertThat(heard).hasSize(102 + 101);
  }

  @Test
  void changeIsCommittedWhenItIsTold() throws Exception {
    List<Boolean> committed = new ArrayList<>();
    store.watch(change -> committed.add(seenByAnother(change)));
    create("a");
    store.update("a", WorkspaceStoreContract::counted);
    store.delete("a");

    assertThat(committed).containsExactly(true, true, true);
  }

  @Test
  void listenerThatThrowsHarmsNobody() throws WorkspaceFault {
    List<StoreChange> heard = new ArrayList<>();
    store.watch(
        change -> {
          throw new IllegalStateException("a faulty listener");
        });
    store.watch(heard::add);
    create("a");
    store.update("a", WorkspaceStoreContract::counted);

    assertThat(heard).hasSize(2);
  }

  @Test
  void secretsAreKeptUntilTheyAreNotNeeded() throws WorkspaceFault {
    create("a");
    assertThat(store.secrets("a")).contains(Samples.secrets());

    store.update("a", WorkspaceStoreContract::counted);
    assertThat(store.secrets("a")).contains(Samples.secrets());

    store.update("a", WorkspaceStoreContract::withoutCredentials);
    assertThat(store.secrets("a")).contains(Samples.secrets().withoutCredentials());
    assertThat(place.credentials()).isZero();
  }

  @Test
  void credentialsAreNotKeptWhereNoneAreHeld() throws WorkspaceFault {
    store.create(withoutCredentials(Samples.pending("a")), Samples.secrets());

    assertThat(store.secrets("a")).contains(Samples.secrets().withoutCredentials());
  }

  @Test
  void largeInstanceIsKept() throws WorkspaceFault {
    Workspace small = Samples.pending("a");
    Workspace large =
        small.withSpec(
            small.spec().withAnnotations(Map.of("n".repeat(60_000), "v".repeat(place.largest()))));
    WorkspaceSecrets secrets =
        new WorkspaceSecrets(
            "token",
            List.of(EnvironmentVariable.of("KEY", "\u0001".repeat(512 << 10))),
            Optional.empty());
    store.create(large, secrets);
    store.update("a", WorkspaceStoreContract::counted);

    assertThat(store.get("a")).get().extracting(Workspace::spec).isEqualTo(large.spec());
    assertThat(store.secrets("a")).contains(secrets);
  }

  @Test
  void anyTextIsKept() throws WorkspaceFault {
    Workspace odd =
        message(Samples.pending("a"), "quotes ' \" \\ $1 ?1 \n \uD83D\uDE00 \u0000 end");
    store.create(odd, Samples.secrets());

    assertThat(store.get("a")).contains(odd);
  }

  @Test
  void changeThatCannotBeMadeIsUnavailableAndLeavesNothing() throws WorkspaceFault {
    create("a");
    place.down();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get("b"),
            () -> store.update("a", WorkspaceStoreContract::counted),
            () -> store.delete("a"),
            () -> create("b"))) {
      assertThat(fault(call).code()).isEqualTo(Code.UNAVAILABLE);
    }
    place.up();

    assertThat(store.list()).containsExactly(Samples.pending("a"));
    create("b");
  }

  @Test
  void changeOfUnknownOutcomeIsToldOnceItIsKnown() throws WorkspaceFault {
    create("a");
    List<StoreChange> heard = new ArrayList<>();
    store.watch(heard::add);

    place.breakInNextChange();
    WorkspaceFault fault = fault(() -> store.update("a", WorkspaceStoreContract::counted));
    assertThat(fault.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(heard).isEmpty();

    place.up();
    Workspace made = counted(Samples.pending("a")).withVersion(2);
    assertThat(store.get("a")).contains(made);
    assertThat(heard).containsExactly(new StoreChange("a", Optional.of(made)));
    store.list();
    assertThat(heard).hasSize(1);
  }

  @Test
  void creationOfUnknownOutcomeIsToldOnceItIsKnown() throws WorkspaceFault {
    List<StoreChange> heard = new CopyOnWriteArrayList<>();
    store.watch(heard::add);
    place.breakInNextChange();
    fault(() -> create("a"));
    place.up();

    assertThat(fault(() -> create("a")).code()).isEqualTo(Code.ALREADY_EXISTS);
    // A watch may be in the middle of telling.
    await().atMost(PATIENCE).until(() -> !heard.isEmpty());
    assertThat(heard).containsExactly(new StoreChange("a", Optional.of(Samples.pending("a"))));
  }

  @Test
  void interruptedCallersHarmNobodyElse() throws Exception {
    int rounds = place.rounds();
    create("a");
    create("b");
    ExecutorService interrupted = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 2 * rounds; i++) {
        CyclicBarrier together = new CyclicBarrier(2);
        Future<?> doomed =
            interrupted.submit(
                () -> {
                  together.await();
                  return store.update("a", WorkspaceStoreContract::counted);
                });
        together.await();
        store.update("b", WorkspaceStoreContract::counted);
        doomed.cancel(true);
        assertThat(store.update("b", WorkspaceStoreContract::counted)).isPresent();
      }
    } finally {
      interrupted.shutdown();
    }
    assertThat(store.get("b").orElseThrow().status().message())
        .isEqualTo(Integer.toString(4 * rounds));
    assertThat(store.update("a", WorkspaceStoreContract::counted)).isPresent();
  }

  private record Other(Place place, WorkspaceStore store) implements AutoCloseable {
    @Override
    public void close() {
      place.close(store);
    }
  }

  private Other other() throws WorkspaceFault {
    return new Other(place, place.open());
  }

  @Test
  void recordHasTheNumberOfItsFormat() throws WorkspaceFault {
    create("a");
    assertThat(place.record("a").get("format").asInt()).isEqualTo(1);
    store.update("a", workspace -> message(workspace, "x"));
    assertThat(place.record("a").get("format").asInt()).isEqualTo(1);
  }

  @Test
  void recordWithoutANumberIsRead() throws WorkspaceFault {
    create("a");
    ObjectNode record = place.record("a");
    record.remove("format");
    place.rewrite("a", record);
    store.update("a", workspace -> message(workspace, "x"));

    assertThat(store.get("a").orElseThrow().status().message()).isEqualTo("x");
  }

  @Test
  void whatANewerManagerHasAddedIsWrittenBackWithEveryChange() throws WorkspaceFault {
    store.create(Samples.full(), Samples.secrets());
    ObjectNode record = place.record("full");
    List<String> added = Inventions.addTo(record);
    assertThat(added).contains("", "/controls/ports/0").hasSizeGreaterThan(8);
    place.rewrite("full", record);

    for (Workspace.Change change : changes()) {
      Workspace after = store.update("full", change).orElseThrow();
      ObjectNode now = place.record("full");
      assertThat(Inventions.removeFrom(now)).containsExactlyInAnyOrderElementsOf(added);
      try (Other other = other()) {
        assertThat(other.store().get("full")).contains(after);
      }
    }
  }

  /** One of each kind. */
  private static List<Workspace.Change> changes() {
    return List.of(
        workspace -> message(workspace, "x"),
        workspace ->
            workspace.withControls(
                workspace
                    .controls()
                    .withPorts(
                        List.of(
                            new ExposedPort(22, PortVisibility.PRIVATE, PortProtocol.HTTP, "url"),
                            new ExposedPort(
                                3000, PortVisibility.PRIVATE, PortProtocol.HTTP, "url")))),
        workspace ->
            workspace.withControls(
                workspace
                    .controls()
                    .withLastActivity(Optional.of(Instant.parse("2026-01-02T05:00:00Z")))),
        workspace -> workspace.withStatus(workspace.status().withRuntime(RuntimeInfo.NONE)),
        workspace -> workspace.withStatus(workspace.status().withPhase(Phase.STOPPED)));
  }

  @Test
  void instanceOfANewerFormatIsLeftAlone() throws WorkspaceFault {
    create("a");
    create("b");
    ObjectNode newer = place.record("a").put("format", 2).put("meaning", "another");
    place.rewrite("a", newer);
    await()
        .atMost(PATIENCE)
        .until(() -> store.list(), all -> all.equals(List.of(Samples.pending("b"))));

    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get("a"),
            () -> store.secrets("a"),
            () -> store.update("a", workspace -> message(workspace, "x")),
            () -> store.delete("a"))) {
      WorkspaceFault fault = fault(call);
      assertThat(fault.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(fault)
          .hasMessageMatching(
              "the re.* of instance a has format 2, which a newer version of Atelier has written;"
                  + " this version reads formats up to 1: .*");
    }
    WorkspaceFault taken =
        fault(() -> store.create(Samples.pending("c", "meta-a", "c"), Samples.secrets()));
    assertThat(taken.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(fault(() -> create("a")).code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(place.record("a")).isEqualTo(newer);
    assertThat(place.secrets()).isEqualTo(2);
    assertThat(store.leftAlone())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.id()).isEqualTo("a");
              assertThat(one.owner()).isEqualTo("ada");
              assertThat(one.metaId()).isEqualTo("meta-a");
              assertThat(one.stopped()).isFalse();
              assertThat(one.reason()).contains("format 2");
            });
    assertThat(store.update("b", workspace -> message(workspace, "goes on"))).isPresent();
  }

  @Test
  void instanceWhoseFormatIsReadAgainIsKnownAgain() throws WorkspaceFault {
    create("a");
    ObjectNode record = place.record("a");
    place.rewrite("a", place.record("a").put("format", 2));
    await().atMost(PATIENCE).until(() -> store.list().isEmpty());
    place.rewrite("a", record);
    await()
        .atMost(PATIENCE)
        .until(() -> store.list(), all -> all.equals(List.of(Samples.pending("a"))));

    assertThat(store.leftAlone()).isEmpty();
    assertThat(store.update("a", workspace -> message(workspace, "x"))).isPresent();
  }

  private void create(String id) throws WorkspaceFault {
    store.create(Samples.pending(id), Samples.secrets());
  }

  private void stop(String id) throws WorkspaceFault {
    store.update(
        id, workspace -> workspace.withStatus(workspace.status().withPhase(Phase.STOPPED)));
  }

  private static Workspace message(Workspace workspace, String message) {
    return workspace.withStatus(workspace.status().withMessage(message));
  }

  /** As a caller does, who is told that others were quicker each time: it asks again. */
  private static void counted(WorkspaceStore store, String id) throws WorkspaceFault {
    for (; ; ) {
      try {
        store.update(id, WorkspaceStoreContract::counted);
        return;
      } catch (WorkspaceFault e) {
        if (!e.getMessage().startsWith("too many changes")) {
          throw e;
        }
      }
    }
  }

  /** A visible change that counts how often it was made. */
  static Workspace counted(Workspace workspace) {
    String count = workspace.status().message();
    return message(workspace, Integer.toString(count.isEmpty() ? 1 : Integer.parseInt(count) + 1));
  }

  private static Workspace activity(Workspace workspace, int seconds) {
    return workspace.withControls(
        workspace
            .controls()
            .withLastActivity(Optional.of(workspace.createdAt().plusSeconds(seconds))));
  }

  static Workspace withoutCredentials(Workspace workspace) {
    return workspace.withStatus(
        workspace.status().withProgress(workspace.status().progress().withCredentialsHeld(false)));
  }

  private boolean seenByAnother(StoreChange change) {
    try (Other other = other()) {
      return other.store().get(change.id()).equals(change.workspace());
    } catch (WorkspaceFault e) {
      throw new IllegalStateException(e);
    }
  }

  static WorkspaceFault fault(ThrowingCallable call) {
    WorkspaceFault fault = catchThrowableOfType(WorkspaceFault.class, call);
    assertThat(fault).as("a fault").isNotNull();
    return fault;
  }

  /** Work of one of several threads, by its number. */
  private interface Work<T> {
    T run(int who) throws Exception;
  }

  private static <T> List<T> inParallel(int threads, Work<T> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<T>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int who = i;
        all.add(() -> work.run(who));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : executor.invokeAll(all)) {
        results.add(result.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }
}
