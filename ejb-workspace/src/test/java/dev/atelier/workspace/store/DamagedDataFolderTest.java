// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.FileMaintenanceRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that concern every instance: a start refuses what is damaged, in words that name it. */
class DamagedDataFolderTest {
  @TempDir Path root;

  @BeforeEach
  void fill() throws WorkspaceFault, IOException {
    open();
    Files.createDirectories(root.resolve("instances/a"));
    Files.writeString(root.resolve("maintenance-until"), "2030-01-31T12:00:00Z");
  }

  private void open() throws WorkspaceFault {
    try (DataFolder folder = new DataFolder(root);
        JpaWorkspaceStore store = JpaWorkspaceStore.open(StoreSettings.DEFAULT, folder)) {
      if (store.get("a").isEmpty()) {
        store.create(Samples.pending("a"), Samples.secrets());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "secrets.key, EMPTY",
    "secrets.key, GARBAGE",
    "secrets.key, TRUNCATED",
    "secrets.key, FOLDER",
    "database/atelier.mv.db, EMPTY",
    "database/atelier.mv.db, GARBAGE",
    "database/atelier.mv.db, FOLDER",
    "database/atelier.mv.db, GONE",
    "maintenance-until, EMPTY",
    "maintenance-until, GARBAGE",
    "maintenance-until, TRUNCATED",
    "maintenance-until, FOLDER",
  })
  void damagedFileIsNamed(String name, String damage) throws IOException {
    Path file = root.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    switch (damage) {
      case "EMPTY" -> Files.write(file, new byte[0]);
      case "GARBAGE" -> Files.write(file, new byte[] {(byte) 0xff, 0, (byte) 0xfe, 10, 7});
      case "TRUNCATED" -> Files.write(file, Arrays.copyOf(whole, whole.length / 2));
      case "FOLDER" -> Files.createDirectory(file);
      default -> assertThat(damage).isEqualTo("GONE");
    }

    assertThatThrownBy(this::readAll).hasMessageContaining(file.toString());

    assertThat(root.resolve("instances/a")).exists();
  }

  @Test
  void whatIsWholeIsRead() throws WorkspaceFault {
    readAll();
  }

  private void readAll() throws WorkspaceFault {
    open();
    new FileMaintenanceRecord(root.resolve("maintenance-until")).read();
  }
}
