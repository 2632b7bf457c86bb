// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.backup;

import static dev.atelier.workspace.content.backup.BackupFixture.KEY;
import static dev.atelier.workspace.content.backup.BackupFixture.created;
import static dev.atelier.workspace.content.backup.BackupFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.atelier.workspace.content.FolderSandbox;
import dev.atelier.workspace.content.backup.Retention.Removed;
import dev.atelier.workspace.content.backup.StoredContent.StoredWorkspace;
import dev.atelier.workspace.content.store.ContentStore.Upload;
import dev.atelier.workspace.domain.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final RetentionSettings WEEKS =
      new RetentionSettings(
          Optional.of(WEEK), Optional.of(WEEK), OptionalInt.empty(), Optional.of(WEEK));

  @TempDir Path parent;
  private BackupFixture fixture;
  private StoredContent content;
  private FolderSandbox from;
  private Instant now = Instant.now();

  @BeforeEach
  void open() throws IOException {
    fixture = new BackupFixture(parent);
    content = new StoredContent(fixture.store);
    from = write(fixture.sandbox("from"), "a.txt", "a");
  }

  private static String id(int n) {
    return "%032x".formatted(n);
  }

  private Snapshot snapshot(int n, String metaId, Duration age, Snapshot.State state) {
    return new Snapshot(
        id(n),
        "instance",
        "owner",
        metaId,
        now.minus(age),
        state,
        "",
        Optional.empty(),
        Optional.empty());
  }

  private Retention retention(RetentionSettings settings) {
    return new Retention(content, settings, () -> now);
  }

  @Test
  void whatIsStoredIsShownWithSizeAndTime() throws Exception {
    Saved first = fixture.saveFinal(from, 1);
    Saved live = fixture.saveLive(from, 2, 7);
    WorkspaceKey other = new WorkspaceKey("owner", "amber-fox-2");
    fixture.backups.saveFinal(from, other, "instance-1", created(1));
    fixture.backups.saveSnapshot(from, id(1), KEY, "instance-1", created(1));
    fixture.backups.saveLog(KEY, "instance-1", new ByteArrayInputStream(new byte[5]));

    assertThat(content.mostContentBytes(KEY)).isEqualTo(live.contentBytes()).isPositive();
    assertThat(content.mostContentBytes(new WorkspaceKey("owner", "nobody"))).isZero();
    assertThat(content.workspaces())
        .extracting(StoredWorkspace::key)
        .containsExactlyInAnyOrder(KEY, other);
    StoredWorkspace shown = content.workspace(KEY).orElseThrow();
    assertThat(shown.backups())
        .extracting(StoredContent.StoredBackup::url)
        .containsExactly(first.url(), live.url());
    assertThat(shown.bytes())
        .isEqualTo(shown.backups().stream().mapToLong(StoredContent.StoredBackup::bytes).sum())
        .isGreaterThan(first.bytes() + live.bytes());
    assertThat(Duration.between(shown.lastSavedAt(), now).abs()).isLessThan(Duration.ofMinutes(1));
    assertThat(content.snapshots())
        .extracting(StoredContent.StoredSnapshot::id)
        .containsExactly(id(1));
    assertThat(content.workspaceOfSnapshot(id(1))).contains(KEY);
    assertThat(content.logs())
        .extracting(StoredContent.StoredLog::instanceId, StoredContent.StoredLog::bytes)
        .containsExactly(tuple("instance-1", 5L));
  }

  @Test
  void deletingAWorkspacesContentLeavesThatOfOthers() throws Exception {
    fixture.saveFinal(from, 1);
    WorkspaceKey other = new WorkspaceKey("owner", "amber");
    fixture.backups.saveFinal(from, other, "instance-1", created(1));
    fixture.backups.saveLog(KEY, "instance-1", new ByteArrayInputStream(new byte[5]));
    assertThat(content.delete(KEY, key -> true)).isTrue();
    assertThat(content.workspaces()).extracting(StoredWorkspace::key).containsExactly(other);
    assertThat(content.logs()).isEmpty();
    assertThat(fixture.backups.restoreBackup(fixture.sandbox("to"), KEY, 0)).isEmpty();
  }

  @Test
  void byDefaultEverythingIsKeptForEver() throws Exception {
    fixture.saveFinal(from, 1);
    now = now.plus(Duration.ofDays(10_000));
    List<Snapshot> known = List.of(snapshot(1, "amber", WEEK, Snapshot.State.COMPLETE));
    assertThat(
            retention(RetentionSettings.FOR_EVER)
                .run(known, key -> false, key -> true, (id, record) -> true))
        .isEqualTo(Removed.NOTHING);
    assertThat(fixture.stored()).hasSize(2);
  }

  @Test
  void backupsAndLogsGoOnceTheirTimeIsOverUnlessTheWorkspaceIsActive() throws Exception {
    fixture.saveFinal(from, 1);
    fixture.backups.saveLog(KEY, "instance-1", new ByteArrayInputStream(new byte[5]));
    now = now.plus(WEEK).minus(Duration.ofMinutes(5));
    assertThat(
            retention(WEEKS)
                .run(List.of(), key -> false, key -> true, (id, record) -> true)
                .workspaces())
        .isEmpty();
    now = now.plus(Duration.ofMinutes(10));
    assertThat(
            retention(WEEKS)
                .run(List.of(), KEY::equals, key -> true, (id, record) -> true)
                .workspaces())
        .isEmpty();
    Removed removed =
        retention(WEEKS).run(List.of(), key -> false, key -> true, (id, record) -> true);
    assertThat(removed.workspaces()).containsExactly(KEY);
    assertThat(removed.logs()).isEqualTo(1);
    assertThat(fixture.store.list("")).isEmpty();
  }

  @Test
  void snapshotsGoByAgeAndByTheirNumber() {
    Duration day = Duration.ofDays(1);
    List<Snapshot> known =
        List.of(
            snapshot(1, "amber", day.multipliedBy(8), Snapshot.State.COMPLETE),
            snapshot(2, "amber", day.multipliedBy(3), Snapshot.State.COMPLETE),
            snapshot(3, "amber", day.multipliedBy(2), Snapshot.State.COMPLETE),
            snapshot(4, "amber", day, Snapshot.State.FAILED),
            snapshot(5, "amber", day.multipliedBy(9), Snapshot.State.UNDERWAY),
            snapshot(6, "other", day.multipliedBy(6), Snapshot.State.COMPLETE),
            snapshot(7, "amber", day.multipliedBy(9), Snapshot.State.FAILED));
    assertThat(Retention.superfluous(known, WEEKS, now)).containsExactly(id(1), id(7));
    RetentionSettings two =
        new RetentionSettings(
            Optional.empty(), Optional.empty(), OptionalInt.of(1), Optional.empty());
    assertThat(Retention.superfluous(known, two, now)).containsExactly(id(1), id(2));
    assertThat(Retention.superfluous(known, RetentionSettings.FOR_EVER, now)).isEmpty();
  }

  @Test
  void snapshotsOfNobodysRecordGoByAgeToo() throws Exception {
    fixture.backups.saveSnapshot(from, id(1), KEY, "instance-1", created(1));
    fixture.backups.saveSnapshot(from, id(2), KEY, "instance-1", created(1));
    List<Snapshot> known = List.of(snapshot(2, KEY.metaId(), WEEK, Snapshot.State.COMPLETE));
    now = now.plus(WEEK).plusSeconds(60);
    assertThat(
            retention(WEEKS).run(known, KEY::equals, key -> true, (id, record) -> true).snapshots())
        .isEmpty();
    Set<String> needed = Set.of(id(1), id(2));
    assertThat(
            retention(WEEKS)
                .run(known, key -> false, key -> true, (id, record) -> !needed.contains(id))
                .snapshots())
        .isEmpty();
    assertThat(
            retention(WEEKS)
                .run(known, key -> false, key -> true, (id, record) -> true)
                .snapshots())
        .containsExactlyInAnyOrder(id(1), id(2));
    assertThat(fixture.store.list("")).isEmpty();
  }

  @Test
  void whatWasCutOffGoesAfterADayAndNothingElse() throws Exception {
    fixture.backups.saveSnapshot(from, id(1), KEY, "instance-1", created(1));
    for (String left : List.of(ContentNames.snapshot(id(1)), ContentNames.snapshot(id(2)))) {
      try (Upload upload = fixture.store.begin(ContentNames.archive(left, 42))) {
        upload.stream().write(1);
        upload.commit();
      }
    }
    retention(RetentionSettings.FOR_EVER)
        .run(List.of(), key -> false, key -> true, (id, record) -> true);
    assertThat(fixture.store.list("")).hasSize(4);
    now = now.plus(Duration.ofDays(1)).plusSeconds(60);
    retention(RetentionSettings.FOR_EVER)
        .run(List.of(), key -> false, key -> true, (id, record) -> true);
    assertThat(fixture.store.list("")).hasSize(2);
    assertThat(fixture.backups.restoreSnapshot(fixture.sandbox("to"), id(1), 0).notes()).isEmpty();
  }

  @Test
  void settingsTellAllTheirFaults() {
    Optional<Duration> zero = Optional.of(Duration.ZERO);
    assertThatThrownBy(() -> new RetentionSettings(zero, zero, OptionalInt.of(0), zero))
        .hasMessageContainingAll(
            "backup-days", "snapshot-days", "snapshots-per-workspace", "log-days");
  }
}
