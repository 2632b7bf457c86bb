// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeepMergeTest {
  private static Map<String, Object> map(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @Test
  void fieldsOfBothAreThereAndTheUpperWins() {
    assertThat(DeepMerge.of(map("a", 1, "b", map("c", 2, "d", 3)), map("b", map("c", 4), "e", 5)))
        .isEqualTo(map("a", 1, "b", map("c", 4, "d", 3), "e", 5));
  }

  @Test
  void entriesWithTheSameNameAreOne() {
    assertThat(
            DeepMerge.of(
                map("l", List.of(map("name", "x", "v", 1), map("name", "y"))),
                map("l", List.of(map("name", "x", "w", 2), map("name", "z")))))
        .isEqualTo(
            map(
                "l",
                List.of(map("name", "x", "v", 1, "w", 2), map("name", "y"), map("name", "z"))));
  }

  @Test
  void mountsAreToldApartByTheirPath() {
    assertThat(
            DeepMerge.of(
                map("m", List.of(map("name", "v", "mountPath", "/a"))),
                map("m", List.of(map("name", "v", "mountPath", "/b")))))
        .isEqualTo(
            map(
                "m",
                List.of(map("name", "v", "mountPath", "/a"), map("name", "v", "mountPath", "/b"))));
  }

  @Test
  void listsOfObjectsWithoutNamesGrowAndOfValuesAreReplaced() {
    assertThat(
            DeepMerge.of(
                map("t", List.of(map("key", "a")), "c", List.of("one", "two")),
                map("t", List.of(map("key", "b")), "c", List.of("three"))))
        .isEqualTo(map("t", List.of(map("key", "a"), map("key", "b")), "c", List.of("three")));
  }
}
