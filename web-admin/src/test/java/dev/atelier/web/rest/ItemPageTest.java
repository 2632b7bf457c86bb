// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemPageTest {
  private final List<String> made = new ArrayList<>();

  private String page(int most, List<String> ids, int size) {
    ItemPage page = new ItemPage(most);
    for (String id : ids) {
      if (!page.add(id, () -> item(id, size))) {
        break;
      }
    }
    return page.json();
  }

  private String item(String id, int size) {
    made.add(id);
    return "\"" + id + "x".repeat(size) + "\"";
  }

  @Test
  void endsAfterAsManyAsAreAskedForAndSaysWhereItGoesOn() {
    assertThat(page(2, List.of(), 0)).isEqualTo("{\"items\":[]}");
    assertThat(page(2, List.of("a", "b"), 0)).isEqualTo("{\"items\":[\"a\",\"b\"]}");
    assertThat(page(2, List.of("a", "b", "c"), 0))
        .isEqualTo("{\"items\":[\"a\",\"b\"],\"next\":\"b\"}");
  }

  @Test
  void largeItemsMakeItShorterAndAreNotEvenMade() {
    List<String> ids = IntStream.range(0, 1_000).mapToObj(i -> "i" + i).toList();
    String page = page(1_000, ids, 262_144);

    assertThat(page).hasSizeBetween(ItemPage.MOST_CHARACTERS - 300_000, 4_100_000);
    assertThat(page).endsWith(",\"next\":\"i14\"}");
    assertThat(made).hasSize(16);
  }

  @Test
  void oneThatIsTooLargeAloneIsAPageOfItsOwn() {
    String page = page(10, List.of("a", "b"), 5_000_000);

    assertThat(page).startsWith("{\"items\":[\"ax").endsWith("x\"],\"next\":\"a\"}");
  }
}
