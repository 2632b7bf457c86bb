// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PersonNameTest {
  private static Map<String, String> owners() throws IOException {
    Map<String, String> owners = new LinkedHashMap<>();
    try (Stream<String> lines = Files.lines(Path.of("../proto/owner-names.tsv"))) {
      lines
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .forEach(pair -> owners.put(pair[0], pair[1]));
    }
    return owners;
  }

  @Test
  void everyNameMakesAnOwnerOfItsOwn() throws Exception {
    assertThat(owners()).hasSizeGreaterThan(20);
    assertThat(owners())
        .allSatisfy(
            (name, owner) -> {
              assertThat(PersonName.owner(name)).isEqualTo(owner);
              assertThat(LabelSafe.is(owner)).as(owner).isTrue();
            });
    assertThat(owners().values()).doesNotHaveDuplicates();
  }

  @Test
  void namesThatAreTooLongToShowStayDifferentAndWhole() {
    String smileys = "😀".repeat(60);
    for (String name : List.of("x".repeat(200), smileys, "x" + smileys)) {
      String shown = PersonName.shown(name);
      assertThat(shown.length()).isBetween(PersonName.LONGEST - 1, PersonName.LONGEST);
      assertThat(shown).isNotEqualTo(PersonName.shown(name + "y"));
      assertThat(PersonName.shown(shown)).isNotEqualTo(shown);
      assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(shown)).isTrue();
    }
    assertThat(PersonName.shown("x".repeat(98))).isEqualTo("x".repeat(98));
    assertThat(PersonName.shown("jürgen")).isEqualTo("jürgen");
  }
}
