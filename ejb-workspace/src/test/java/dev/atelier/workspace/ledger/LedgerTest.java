// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.ledger.StartHistory.History;
import dev.atelier.workspace.ledger.StartHistory.Took;
import dev.atelier.workspace.ledger.TimelineEntry.Kind;
import dev.atelier.workspace.ledger.UsageRow.Dimension;
import dev.atelier.workspace.operations.AuditLog.Acted;
import dev.atelier.workspace.store.Database;
import dev.atelier.workspace.store.StoreSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LedgerTest {
  enum Kinds {
    H2,
    POSTGRESQL
  }

  private static final Instant NOW = Instant.parse("2030-01-02T12:00:00Z");
  private static EmbeddedPostgres postgres;
  private static int made;

  @TempDir private Path root;
  private DataFolder folder;
  private StoreSettings settings;
  private Instant now = NOW;
  private Ledger ledger;
  private AuditWriter writer;
  private AuditTrail trail;

  private void open(Kinds kind) throws Exception {
    if (folder == null) {
      folder = new DataFolder(root);
      settings = kind == Kinds.H2 ? StoreSettings.DEFAULT : postgresql();
    }
    LedgerSettings kept =
        new LedgerSettings(
            new StoreSettings(settings.url(), "", "", 3),
            Duration.ofDays(90),
            Duration.ofDays(400),
            true);
    ledger = new Ledger(new LedgerDatabase(kept, folder), Thread::new);
    writer = new AuditWriter(ledger, () -> now);
    trail = new AuditTrail(ledger.database());
    await().atMost(Duration.ofMinutes(1)).until(ledger.database()::takes);
  }

  private static synchronized StoreSettings postgresql() throws Exception {
    if (postgres == null) {
      postgres = EmbeddedPostgres.builder().start();
    }
    String name = "ledger" + made++;
    try (var connection = postgres.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return new StoreSettings(postgres.getJdbcUrl("postgres", name), "", "", 3);
  }

  @AfterEach
  void close() {
    ledger.close();
    folder.close();
  }

  @AfterAll
  static void stop() throws IOException {
    if (postgres != null) {
      postgres.close();
    }
  }

  private void act(String actor, String act, String subject, String outcome) {
    writer.accept(
        new Acted(new Caller(actor, "grpc 127.0.0.1", TraceContext.NONE), act, subject, outcome));
  }

  private List<String> subjects(AuditFilter filter) throws WorkspaceFault {
    return trail.page(filter, 0, 100).rows().stream().map(AuditEntry::subject).toList();
  }

  @ParameterizedTest
  @EnumSource
  void actsAreFoundByEachFilterNewestFirst(Kinds kind) throws Exception {
    open(kind);
    writer.lookUpBy(
        id -> id.equals("two") ? Optional.of(Workspaces.pending("two")) : Optional.empty());
    act("anna", "StartWorkspace", "one", "done");
    now = NOW.plusSeconds(60);
    act("anna", "StopWorkspace", "one", "done");
    now = NOW.plusSeconds(120);
    act("ci", "StartWorkspace", "two", "ALREADY_EXISTS");
    await().until(() -> subjects(AuditFilter.ALL).size() == 3);

    assertThat(subjects(AuditFilter.ALL)).containsExactly("two", "one", "one");
    assertThat(subjects(filter("ci", "", "", ""))).containsExactly("two");
    assertThat(subjects(filter("", "StopWorkspace", "", ""))).containsExactly("one");
    assertThat(subjects(filter("anna", "", "one", ""))).containsExactly("one", "one");
    assertThat(subjects(filter("", "", "", "ALREADY_EXISTS"))).containsExactly("two");
    String metaId = Workspaces.pending("two").spec().metaId();
    assertThat(subjects(filter("", "", metaId, ""))).containsExactly("two");
    assertThat(
            subjects(
                new AuditFilter(
                    "",
                    "",
                    "",
                    "",
                    Optional.of(NOW.plusSeconds(60)),
                    Optional.of(NOW.plusSeconds(120)))))
        .containsExactly("one");
    Page<AuditEntry> second = trail.page(AuditFilter.ALL, 1, 1);
    assertThat(second.total()).isEqualTo(3);
    assertThat(second.rows())
        .singleElement()
        .extracting(AuditEntry::act)
        .isEqualTo("StopWorkspace");
    assertThat(trail.acts()).containsExactly("StartWorkspace", "StopWorkspace");
    StringBuilder csv = new StringBuilder();
    trail.csv(AuditFilter.ALL, csv);
    assertThat(csv.toString().split("\r\n")).hasSize(4);
    assertThat(csv).contains("ci,grpc 127.0.0.1,StartWorkspace,two,");
  }

  private static AuditFilter filter(String actor, String act, String workspace, String outcome) {
    return new AuditFilter(actor, act, workspace, outcome, Optional.empty(), Optional.empty());
  }

  @ParameterizedTest
  @EnumSource
  void theFirstActOfANewDatabaseIsWrittenAtOnce(Kinds kind) throws Exception {
    open(kind);
    ledger.database().write(List.of(fact("first")));
    assertThat(subjects(AuditFilter.ALL)).containsExactly("first");
  }

  /** A database from before has passed over nothing yet, and its numbers are in use. */
  @ParameterizedTest
  @EnumSource
  void numbersOfActsNeverGoBack(Kinds kind) throws Exception {
    open(kind);
    for (int i = 0; i < 120; i++) {
      ledger.database().write(List.of(fact("before " + i)));
    }
    long last = trail.page(AuditFilter.ALL, 0, 1).rows().get(0).id();
    ledger.close();
    try (Database database = Database.open(settings, folder, LedgerDatabase.SCHEMA);
        var connection = database.dataSource().getConnection();
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "delete from \"ledger_schema_history\" where \"version\" = '3'"))
          .isEqualTo(1);
    }

    open(kind);

    ledger.database().write(List.of(fact("after")));
    assertThat(trail.page(AuditFilter.ALL, 0, 1).rows())
        .singleElement()
        .satisfies(
            act -> {
              assertThat(act.subject()).isEqualTo("after");
              assertThat(act.id()).isGreaterThan(last);
            });
  }

  private static Ledger.Fact fact(String subject) {
    return session ->
        session.insert(
            new AuditRecord(
                new AuditEntry(0, NOW, "anna", "grpc", "StopWorkspace", subject, "", "", "done")));
  }

  @ParameterizedTest
  @EnumSource
  void aCleanEndLosesNothing(Kinds kind) throws Exception {
    open(kind);
    for (int i = 0; i < 3_000; i++) {
      act("anna", "StopWorkspace", "w" + i, "done");
    }
    ledger.close();
    open(kind);
    assertThat(trail.page(AuditFilter.ALL, 0, 0).total()).isEqualTo(3_000);
    assertThat(ledger.lost()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeWrittenHoldsUpNothingElse(Kinds kind) throws Exception {
    open(kind);
    act("anna", "StopWorkspace", "before", "done");
    act("anna", "x".repeat(1_000), "too long", "done");
    act("anna", "StopWorkspace", "after", "done");
    await().until(() -> subjects(AuditFilter.ALL).size() == 2);
    assertThat(subjects(AuditFilter.ALL)).containsExactlyInAnyOrder("before", "after");
    assertThat(ledger.lost()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void theTimelineTellsEachThingOnceWithTheActsBetween(Kinds kind) throws Exception {
    open(kind);
    Workspace running = ran("one", NOW.minusSeconds(50), Optional.empty());
    Workspace failed =
        running.withStatus(
            running
                .status()
                .withConditions(running.status().conditions().withFailed("out of memory: much")));
    for (int again = 0; again < 2; again++) {
      ledger.tell(LedgerObserver.fact(Optional.empty(), running, NOW, 0));
      ledger.tell(LedgerObserver.fact(Optional.of(running), failed, NOW, 0));
    }
    act("anna", "SetTimeout", "one", "done");
    Timeline timeline = new Timeline(ledger.database());
    await().until(() -> timeline.of("one").stream().anyMatch(e -> e.kind() == Kind.ACT));
    await().until(() -> ledger.waiting() == 0);
    List<TimelineEntry> told = timeline.of("one");
    assertThat(told)
        .filteredOn(e -> e.kind() == Kind.PHASE)
        .extracting(TimelineEntry::title)
        .containsExactly("Pending", "Running");
    assertThat(told)
        .filteredOn(e -> e.kind() == Kind.FAILURE)
        .singleElement()
        .satisfies(
            failure -> {
              assertThat(failure.detail()).isEqualTo("out of memory: much");
              assertThat(failure.advice()).contains("more memory");
            });
    assertThat(told)
        .filteredOn(e -> e.kind() == Kind.ACT)
        .singleElement()
        .extracting(TimelineEntry::actor)
        .isEqualTo("anna");
  }

  @ParameterizedTest
  @EnumSource
  void namesThatAreLongerThanAColumnAreCutAndTheirUseIsCounted(Kinds kind) throws Exception {
    open(kind);
    now = NOW;
    Workspace ran = ran("a", NOW.minusSeconds(600), Optional.empty());
    Workspace wide =
        ran.withSpec(
            ran.spec()
                .withTeam(Optional.of("t".repeat(300)))
                .withProject(Optional.of("p".repeat(60_000))));
    ledger.tell(LedgerObserver.fact(Optional.empty(), wide, now, 1));
    Usage usage = new Usage(ledger.database(), () -> now);
    UsageFilter today = UsageFilter.days(LocalDate.of(2030, 1, 2), LocalDate.of(2030, 1, 2));
    await().until(() -> !usage.rows(today, Set.of()).isEmpty());
    assertThat(usage.rows(today, EnumSet.of(Dimension.TEAM)))
        .singleElement()
        .extracting(UsageRow::team)
        .isEqualTo("t".repeat(255));
  }

  @ParameterizedTest
  @EnumSource
  void usageIsCountedByDayUpToTheStopOrNow(Kinds kind) throws Exception {
    open(kind);
    now = NOW;
    Instant eleven = Instant.parse("2030-01-01T23:00:00Z");
    ledger.tell(LedgerObserver.fact(Optional.empty(), ran("a", eleven, Optional.empty()), now, 2));
    ledger.tell(
        LedgerObserver.fact(
            Optional.empty(), ran("a", eleven, Optional.of(eleven.plusSeconds(7_200))), now, 2));
    ledger.tell(
        LedgerObserver.fact(
            Optional.empty(), ran("b", NOW.minusSeconds(600), Optional.empty()), now, 1));
    Usage usage = new Usage(ledger.database(), () -> now);
    UsageFilter both = UsageFilter.days(LocalDate.of(2030, 1, 1), LocalDate.of(2030, 1, 2));
    await()
        .until(() -> usage.rows(both, Set.of()).stream().mapToInt(UsageRow::instances).sum() == 2);

    List<UsageRow> days = usage.rows(both, EnumSet.of(Dimension.DAY));
    assertThat(days).extracting(UsageRow::day).containsExactly("2030-01-01", "2030-01-02");
    assertThat(days).extracting(UsageRow::minutes).containsExactly(60d, 70d);
    assertThat(days).extracting(UsageRow::credits).containsExactly(120d, 130d);
    assertThat(usage.rows(both, EnumSet.allOf(Dimension.class)))
        .first()
        .extracting(UsageRow::owner)
        .isEqualTo(Workspaces.running().spec().owner());
    StringBuilder csv = new StringBuilder();
    usage.csv(both, EnumSet.of(Dimension.DAY), csv);
    assertThat(csv).contains("2030-01-01,,,,,1,60.0000,120.0000\r\n");
    assertThatThrownBy(
            () ->
                usage.rows(
                    UsageFilter.days(LocalDate.of(2030, 1, 2), LocalDate.of(2030, 1, 1)), Set.of()))
        .hasMessageContaining("to");
  }

  @ParameterizedTest
  @EnumSource
  void startsAreCountedByPartsOfASpanAndRememberedForAMinute(Kinds kind) throws Exception {
    open(kind);
    Timeline timeline = new Timeline(ledger.database());
    StartHistory history = new StartHistory(ledger.database(), () -> now);
    for (int i = 1; i <= 10; i++) {
      started("early" + i, NOW.minus(Duration.ofMinutes(150)), Duration.ofSeconds(i));
    }
    started("late", NOW, Duration.ofMillis(1_500));
    started("long ago", NOW.minus(Duration.ofHours(4)), Duration.ofHours(1));
    started("ahead", NOW.plus(Duration.ofHours(2)), Duration.ofHours(1));
    told("late", "failed", NOW, Optional.empty());
    await().until(() -> ledger.waiting() == 0 && !timeline.of("ahead").isEmpty());
    now = NOW.plusSeconds(1);

    History hours = history.last(Duration.ofHours(1), 3);
    assertThat(hours.from()).isEqualTo(now.minus(Duration.ofHours(3)));
    assertThat(hours.starts()).containsExactly(10L, 0L, 1L);
    assertThat(hours.failures()).containsExactly(0L, 0L, 1L);
    assertThat(hours.runs())
        .containsExactly(
            new Took(10, 5_000, 9_000, 10_000), Took.NONE, new Took(1, 1_500, 1_500, 1_500));
    assertThat(hours.all()).isEqualTo(new Took(11, 5_000, 9_000, 10_000));

    started("new", NOW, Duration.ofSeconds(1));
    await().until(() -> ledger.waiting() == 0 && !timeline.of("new").isEmpty());
    now = now.plus(StartHistory.FRESH).minusNanos(1_000);
    assertThat(history.last(Duration.ofHours(1), 3)).isSameAs(hours);
    assertThat(history.last(Duration.ofHours(1), 2).starts()).containsExactly(0L, 2L);
    now = now.plusNanos(1_000);
    assertThat(history.last(Duration.ofHours(1), 3).starts()).containsExactly(10L, 0L, 2L);
  }

  private void started(String id, Instant at, Duration took) {
    told(id, "phase:PENDING", at, Optional.empty());
    told(id, "phase:RUNNING", at, Optional.of(took));
  }

  private void told(String id, String key, Instant at, Optional<Duration> took) {
    ledger.tell(
        session ->
            session.insert(
                new TimelineRecord(
                    key, new TimelineEntry(id, at, Kind.PHASE, key, "", "", "", took))));
  }

  @ParameterizedTest
  @EnumSource
  void theLedgerThatIsAwayIsAskedAgainAtOnce(Kinds kind) throws Exception {
    open(kind);
    StartHistory history = new StartHistory(ledger.database(), () -> now);
    ledger.close();
    assertThatThrownBy(() -> history.last(Duration.ofHours(1), 3))
        .isInstanceOf(WorkspaceFault.class);
    assertThatThrownBy(() -> history.last(Duration.ofHours(1), 3))
        .isInstanceOf(WorkspaceFault.class)
        .hasMessageContaining("the ledger");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOldIsForgotten(Kinds kind) throws Exception {
    open(kind);
    act("anna", "StopWorkspace", "old", "done");
    now = NOW.plus(Duration.ofDays(50));
    act("anna", "StopWorkspace", "new", "done");
    // A commit that was not confirmed in time is made again, so either may be there twice.
    await().untilAsserted(() -> assertThat(subjects(AuditFilter.ALL)).containsOnly("new", "old"));
    ledger.forget(NOW.plus(Duration.ofDays(91)));
    await().untilAsserted(() -> assertThat(subjects(AuditFilter.ALL)).containsOnly("new"));
  }

  /** One that ran from then on. */
  private static Workspace ran(String id, Instant from, Optional<Instant> to) {
    Phase phase = to.isPresent() ? Phase.STOPPING : Phase.RUNNING;
    Workspace like = Workspaces.in(phase, WorkspaceType.REGULAR).withId(id);
    return like.withStatus(
        like.status()
            .withProgress(
                like.status().progress().with(p -> p.runningAt(Optional.of(from)).stoppingAt(to))));
  }
}
