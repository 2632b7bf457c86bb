// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.SaveState;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.UnsavedContent;
import dev.atelier.workspace.domain.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of instances that a start of the manager finds damaged. */
class DamagedFilesTest {
  @TempDir Path data;
  private LocalMachine machine;

  /** What can happen to a file. */
  enum Damage {
    EMPTY {
      @Override
      void to(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    GARBAGE {
      @Override
      void to(Path file) throws IOException {
        Files.write(file, new byte[] {(byte) 0xff, 0, (byte) 0xfe, 10, 10, 10});
      }
    },
    FOLDER {
      @Override
      void to(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createDirectory(file);
      }
    },
    UNREADABLE {
      @Override
      void to(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createSymbolicLink(file, file);
      }
    };

    abstract void to(Path file) throws IOException;
  }

  @BeforeEach
  void start() throws Exception {
    machine = new LocalMachine(data);
    machine.with(machine.settings().withEntries(List.of(LocalRuntimeTest.SHELL))).start();
  }

  @AfterEach
  void end() throws Exception {
    machine.close();
  }

  @ParameterizedTest
  @CsvSource({
    "content.ready, EMPTY",
    "content.ready, GARBAGE",
    "content.ready, FOLDER",
    "terminate, EMPTY",
    "terminate, GARBAGE",
    "terminate, FOLDER",
    "launched, GARBAGE",
    "launched, FOLDER",
    "exit, GARBAGE",
    "exit, EMPTY",
    "exit, FOLDER",
    "failure, GARBAGE",
    "failure, FOLDER",
    "note, GARBAGE",
    "note, FOLDER",
    "content.ready, UNREADABLE",
    "launched, UNREADABLE",
    "exit, UNREADABLE",
  })
  void damagedFileIsItsInstancesAlone(String name, Damage damage) throws Exception {
    Workspace healthy = machine.running("healthy", "echo up; sleep 100");
    Workspace hurt = machine.running("hurt", "echo kept >kept; echo up; sleep 31415");
    machine.awaitOutput(healthy, "up");
    machine.awaitOutput(hurt, "up");
    Observation before = machine.awaitReady(healthy);
    machine.awaitReady(hurt);
    machine.crash();
    Path file = machine.folder(hurt).root().resolve(name);
    damage.to(file);

    machine.start();

    assertThat(machine.seen(healthy)).isEqualTo(before);
    Observation seen = machine.seen(hurt);
    assertThat(seen.stage()).isEqualTo(Stage.ENDED);
    assertThat(seen.failure()).contains(file + " is damaged");
    await().atMost(LocalMachine.PATIENCE).until(() -> !LocalRuntimeTest.runs("31415"));

    machine.runtime().dispose(hurt, Save.BACKUP);
    assertThat(machine.seen(hurt).disposal().state()).isEqualTo(SaveState.FAILED);
    machine.content.refusal = "not now";
    machine.runtime().remove(hurt);
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> machine.seen(hurt).equals(Observation.ABSENT));

    assertThat(machine.folder(hurt).content().resolve("kept")).hasContent("kept");
    assertThat(machine.runtime().unsaved()).extracting(UnsavedContent::id).containsExactly("hurt");
    assertThat(machine.folder(hurt).root()).doesNotExist();
    try (var aside = Files.list(data.resolve("damaged"))) {
      assertThat(aside.toList())
          .singleElement()
          .satisfies(
              folder ->
                  assertThat(folder.resolve("instance").resolve(name))
                      .matches(moved -> Files.exists(moved, LinkOption.NOFOLLOW_LINKS)));
    }
  }

  @Test
  void fileInPlaceOfTheFolderIsItsInstancesAlone() throws Exception {
    Workspace hurt = machine.running("hurt", "echo up; sleep 31415");
    machine.awaitOutput(hurt, "up");
    machine.crash();
    FileTree.delete(machine.folder(hurt).root());
    Files.writeString(machine.folder(hurt).root(), "x");

    machine.start();

    assertThat(machine.seen(hurt).failure())
        .contains(machine.folder(hurt).root() + " is damaged: it is no folder");
  }

  @ParameterizedTest
  @EnumSource
  void damagedNoteOfUnsavedContentKeepsNobodyFromStarting(Damage damage) throws Exception {
    machine.crash();
    Files.createDirectories(data.resolve("workspaces/lost"));
    Path note = data.resolve("unsaved/lost");
    damage.to(note);

    machine.start();

    assertThat(machine.runtime().unsaved())
        .singleElement()
        .satisfies(
            lost -> {
              assertThat(lost.id()).isEqualTo("lost");
              assertThat(lost.owner()).isEmpty();
            });
    Workspace other = machine.running("other", "echo up; sleep 100");
    machine.awaitOutput(other, "up");
    assertThat(machine.runtime().letGo("lost")).isTrue();
    assertThat(data.resolve("workspaces/lost")).doesNotExist();
    assertThat(machine.runtime().unsaved()).isEmpty();
  }
}
