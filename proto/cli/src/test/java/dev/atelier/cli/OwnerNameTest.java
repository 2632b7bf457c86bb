// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OwnerNameTest {
  @Test
  void isMadeOfTheUsersNameAsTheManagerMakesIt() throws Exception {
    List<String[]> rows;
    try (Stream<String> lines = Files.lines(Path.of("../owner-names.tsv"))) {
      rows = lines.filter(line -> !line.startsWith("#")).map(line -> line.split("\t", -1)).toList();
    }

    assertThat(rows).hasSizeGreaterThan(20);
    assertThat(rows).allSatisfy(row -> assertThat(OwnerName.of(row[0])).isEqualTo(row[1]));
  }
}
