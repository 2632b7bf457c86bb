package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFault.Code;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.store.WorkspaceStore.StoreChange;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the store promises, on each database. */
@ParameterizedClass
@EnumSource
class WorkspaceStoreTest {
  private final Databases.Kind kind;
  private Databases databases;
  private JpaWorkspaceStore store;

  WorkspaceStoreTest(Databases.Kind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    databases = Databases.shared(kind);
    store = databases.store();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @AfterAll
  static void closeDatabases() {
    Databases.closeShared();
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
      assertThat(store.update(id, WorkspaceStoreTest::counted)).isEmpty();
      store.delete(id);
    }
  }

  @Test
  void anotherStoreOfTheDatabaseSeesTheSame() throws WorkspaceFault {
    create("a");
    try (JpaWorkspaceStore other = databases.store()) {
      assertThat(other.get("a")).contains(Samples.pending("a"));
      other.update("a", workspace -> message(workspace, "elsewhere"));
      assertThat(other.secrets("a")).contains(Samples.secrets());
    }
    assertThat(store.get("a")).get().extracting(w -> w.status().message()).isEqualTo("elsewhere");
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
    int commits = databases.line().commits();

    Optional<Workspace> same = store.update("a", workspace -> workspace);
    Optional<Workspace> equal =
        store.update("a", workspace -> workspace.withStatus(workspace.status().withMessage("")));

    assertThat(same).contains(Samples.pending("a"));
    assertThat(equal).contains(Samples.pending("a"));
    assertThat(databases.line().commits()).isEqualTo(commits);
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
  void deletedInstanceIsForgottenWithItsSecrets() throws WorkspaceFault, SQLException {
    create("a");
    create("b");
    store.delete("a");
    store.delete("a");

    assertThat(store.get("a")).isEmpty();
    assertThat(store.secrets("a")).isEmpty();
    assertThat(store.list()).containsExactly(Samples.pending("b"));
    assertThat(count("select count(*) from workspace_secrets")).isEqualTo(1);
    create("a");
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
    int rounds = 100;
    CyclicBarrier together = new CyclicBarrier(2);
    List<List<String>> outcomes = new ArrayList<>();
    try (JpaWorkspaceStore other = databases.store()) {
      List<JpaWorkspaceStore> stores = List.of(store, other);
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
    assertThat(store.list()).hasSize(rounds);
  }

  /** Creates what collides with what the other creates in one value, and says what came of it. */
  private static String contend(JpaWorkspaceStore store, int who, int round) {
    String own = round + "-" + who;
    String both = Integer.toString(round);
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
    create("a");
    try (JpaWorkspaceStore other = databases.store()) {
      List<JpaWorkspaceStore> stores = List.of(store, other);
      inParallel(
          8,
          who -> {
            for (int i = 0; i < 100; i++) {
              stores.get(who % 2).update("a", WorkspaceStoreTest::counted);
            }
            return null;
          });
    }
    Workspace after = store.get("a").orElseThrow();
    assertThat(after.status().message()).isEqualTo("800");
    assertThat(after.version()).isEqualTo(801);
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
            store.update(who % 2 == 0 ? "a" : "b", WorkspaceStoreTest::counted);
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
    store.update("a", WorkspaceStoreTest::counted);
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
    store.update("a", WorkspaceStoreTest::counted);

    assertThat(heard).hasSize(2);
  }

  @Test
  void secretsAreKeptUntilTheyAreNotNeeded() throws WorkspaceFault, SQLException {
    create("a");
    assertThat(store.secrets("a")).contains(Samples.secrets());

    store.update("a", WorkspaceStoreTest::counted);
    assertThat(store.secrets("a")).contains(Samples.secrets());

    store.update("a", WorkspaceStoreTest::withoutCredentials);
    assertThat(store.secrets("a")).contains(Samples.secrets().withoutCredentials());
    assertThat(count("select count(*) from workspace_secrets where credentials is not null"))
        .isZero();
  }

  @Test
  void credentialsAreErasedWithTheSameCommit() throws WorkspaceFault {
    create("a");
    int before = databases.line().commits();
    store.update("a", WorkspaceStoreTest::withoutCredentials);

    assertThat(databases.line().commits() - before).isEqualTo(1);
  }

  @Test
  void credentialsAreNotKeptWhereNoneAreHeld() throws WorkspaceFault {
    store.create(withoutCredentials(Samples.pending("a")), Samples.secrets());

    assertThat(store.secrets("a")).contains(Samples.secrets().withoutCredentials());
  }

  @Test
  void secretsOfAnotherInstanceAreOfNoUse() throws WorkspaceFault, SQLException {
    create("a");
    create("b");
    execute(
        databases,
        "update workspace_secrets set kept ="
            + " (select kept from workspace_secrets where id = 'b') where id = 'a'");
    WorkspaceFault fault = fault(() -> store.secrets("a"));

    assertThat(fault.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(fault).hasMessage("the secrets of instance a cannot be read with the present key");
    assertThat(store.secrets("b")).contains(Samples.secrets());
  }

  @Test
  void largeInstanceIsKept() throws WorkspaceFault {
    Workspace small = Samples.pending("a");
    Workspace large =
        small.withSpec(
            small.spec().withAnnotations(Map.of("n".repeat(60_000), "v".repeat(3 << 20))));
    WorkspaceSecrets secrets =
        new WorkspaceSecrets(
            "token",
            List.of(EnvironmentVariable.of("KEY", "\u0001".repeat(512 << 10))),
            Optional.empty());
    store.create(large, secrets);
    store.update("a", WorkspaceStoreTest::counted);

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
  void databaseOutOfReachIsUnavailableAndThenNot() throws WorkspaceFault {
    create("a");
    databases.line().set(FaultyLine.State.DOWN);
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get("a"),
            () -> store.list(),
            () -> store.secrets("a"),
            () -> store.update("a", WorkspaceStoreTest::counted),
            () -> store.delete("a"),
            () -> create("b"))) {
      WorkspaceFault fault = fault(call);
      assertThat(fault.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(fault).hasMessage("the store of workspaces is out of reach at the moment");
      assertThat(fault).hasCauseInstanceOf(StoreFailure.class);
    }
    databases.line().set(FaultyLine.State.UP);

    assertThat(store.list()).containsExactly(Samples.pending("a"));
  }

  @Test
  void changeOfUnknownOutcomeIsToldOnceItIsKnown() throws WorkspaceFault {
    create("a");
    List<StoreChange> heard = new ArrayList<>();
    store.watch(heard::add);

    databases.line().set(FaultyLine.State.BREAKS_IN_COMMIT);
    WorkspaceFault fault = fault(() -> store.update("a", WorkspaceStoreTest::counted));
    assertThat(fault.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(heard).isEmpty();

    databases.line().set(FaultyLine.State.UP);
    Workspace made = counted(Samples.pending("a")).withVersion(2);
    assertThat(store.get("a")).contains(made);
    assertThat(heard).containsExactly(new StoreChange("a", Optional.of(made)));
    store.list();
    assertThat(heard).hasSize(1);
  }

  @Test
  void creationOfUnknownOutcomeIsToldOnceItIsKnown() throws WorkspaceFault {
    List<StoreChange> heard = new ArrayList<>();
    store.watch(heard::add);
    databases.line().set(FaultyLine.State.BREAKS_IN_COMMIT);
    fault(() -> create("a"));
    databases.line().set(FaultyLine.State.UP);

    assertThat(fault(() -> create("a")).code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(heard).containsExactly(new StoreChange("a", Optional.of(Samples.pending("a"))));
  }

  @Test
  void interruptedCallersHarmNobodyElse() throws Exception {
    create("a");
    create("b");
    ExecutorService interrupted = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 200; i++) {
        CyclicBarrier together = new CyclicBarrier(2);
        Future<?> doomed =
            interrupted.submit(
                () -> {
                  together.await();
                  return store.update("a", WorkspaceStoreTest::counted);
                });
        together.await();
        store.update("b", WorkspaceStoreTest::counted);
        doomed.cancel(true);
        assertThat(store.update("b", WorkspaceStoreTest::counted)).isPresent();
      }
    } finally {
      interrupted.shutdown();
    }
    assertThat(store.get("b").orElseThrow().status().message()).isEqualTo("400");
    assertThat(store.update("a", WorkspaceStoreTest::counted)).isPresent();
  }

  @Test
  void anotherKeyIsRefused() {
    assertThatThrownBy(
            () ->
                new JpaWorkspaceStore(
                    databases.dataSource(), new SecretCipher(new byte[32]), () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("secrets.key");
  }

  @Test
  void nothingSecretShowsInAFault() throws WorkspaceFault, SQLException {
    StringWriter text = new StringWriter();
    try (Databases broken = Databases.of(kind);
        JpaWorkspaceStore onBroken = broken.store()) {
      onBroken.create(Samples.pending("a"), Samples.secrets());
      execute(broken, "alter table workspace_secrets drop column credentials");
      fault(() -> onBroken.secrets("a")).printStackTrace(new PrintWriter(text));
      fault(() -> onBroken.create(Samples.pending("b"), Samples.secrets()))
          .printStackTrace(new PrintWriter(text));
    }
    assertThat(text.toString())
        .contains("workspace_secrets")
        .doesNotContainIgnoringCase(Samples.TOKEN)
        .doesNotContainIgnoringCase(Samples.VALUE)
        .doesNotContainIgnoringCase(Samples.PASSWORD);
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

  /** A visible change that counts how often it was made. */
  private static Workspace counted(Workspace workspace) {
    String count = workspace.status().message();
    return message(workspace, Integer.toString(count.isEmpty() ? 1 : Integer.parseInt(count) + 1));
  }

  private static Workspace activity(Workspace workspace, int seconds) {
    return workspace.withControls(
        workspace
            .controls()
            .withLastActivity(Optional.of(workspace.createdAt().plusSeconds(seconds))));
  }

  private static Workspace withoutCredentials(Workspace workspace) {
    return workspace.withStatus(
        workspace.status().withProgress(workspace.status().progress().withCredentialsHeld(false)));
  }

  private boolean seenByAnother(StoreChange change) {
    try (JpaWorkspaceStore other = databases.store()) {
      return other.get(change.id()).equals(change.workspace());
    } catch (WorkspaceFault e) {
      throw new IllegalStateException(e);
    }
  }

  private int count(String query) throws SQLException {
    try (Connection connection = databases.dataSource().getConnection();
        var statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getInt(1);
    }
  }

  private static void execute(Databases databases, String sql) throws SQLException {
    try (Connection connection = databases.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static WorkspaceFault fault(ThrowingCallable call) {
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
