// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceStatus;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class WorkspaceJsonTest {
  /** What no version will ever leave out. */
  private static final Set<String> ALWAYS =
      Set.of("/id", "/version", "/createdAt", "/spec", "kind");

  private final ObjectMapper plain = new ObjectMapper();
  private final WorkspaceJson json = new WorkspaceJson();

  @Test
  void documentOfTheFirstVersionIsRead() throws IOException {
    assertThat(json.workspace(document("instance-1.json").toString()))
        .isEqualTo(withoutTimedOut(withoutCaptures(withoutPassed(withoutNote()))));
  }

  /** What no version knew that wrote no number has its default. */
  private static Workspace withoutPassed(Workspace workspace) {
    WorkspaceStatus status = workspace.status();
    return workspace.withStatus(status.withProgress(status.progress().withPassed(List.of())));
  }

  /** What the first version did not know has its default. */
  private static Workspace withoutCaptures(Workspace workspace) {
    WorkspaceStatus status = workspace.status();
    return workspace.with(
        w ->
            w.spec(workspace.spec().withBackupInterval(Duration.ZERO))
                .status(
                    status.withProgress(
                        status
                            .progress()
                            .with(p -> p.captures(Captures.NONE).snapshotId(Optional.empty())))));
  }

  @Test
  void documentWithoutANumberIsRead() throws IOException {
    assertThat(json.workspace(document("instance-2.json").toString()))
        .isEqualTo(withoutTimedOut(withoutPassed(withoutNote())));
  }

  @Test
  void documentWithoutWhatTookTooLongIsRead() throws IOException {
    assertThat(json.workspace(document("instance-3.json").toString()))
        .isEqualTo(withoutTimedOut(withoutNote()));
  }

  @Test
  void documentWithoutWhatThereIsToSayOfContentIsRead() throws IOException {
    assertThat(json.workspace(document("instance-4.json").toString())).isEqualTo(withoutNote());
  }

  /** Said in the message alone at first. */
  private static Workspace withoutNote() {
    WorkspaceStatus status = Samples.full().status();
    return Samples.full().withStatus(status.withProgress(status.progress().withNote("")));
  }

  /** Said in words alone at first. */
  private static Workspace withoutTimedOut(Workspace workspace) {
    WorkspaceStatus status = workspace.status();
    return workspace.withStatus(
        status.withConditions(status.conditions().withTimedOut(Optional.empty())));
  }

  @Test
  void documentOfThisVersionIsRead() throws IOException {
    assertThat(json.workspace(golden().toString())).isEqualTo(Samples.full());
  }

  @Test
  void documentIsWrittenAsEver() throws IOException {
    // If this fails, the form of the records has changed: keep the old document, and its test.
    assertThat(plain.readTree(json.write(Samples.full()))).isEqualTo(golden());
  }

  @Test
  void newInstanceSurvivesTheWay() throws IOException {
    assertThat(json.workspace(json.write(Samples.pending("a")))).isEqualTo(Samples.pending("a"));
  }

  @Test
  void whatANewerManagerAddedIsLeftAsItIs() throws IOException {
    JsonNode document = golden();
    List<String> unused = Inventions.addTo(document);
    assertThat(json.workspace(document.toString())).isEqualTo(Samples.full());
    assertThat(plain.readTree(json.write(Samples.full(), Samples.full(), document.toString())))
        .isEqualTo(document);
  }

  @Test
  void documentOfANewerFormatIsRefusedInWords() throws IOException {
    ObjectNode document = ((ObjectNode) golden()).put("format", 7);
    assertThatThrownBy(() -> json.workspace(document.toString()))
        .isInstanceOf(NewerFormatException.class)
        .hasMessage(
            "the record of instance full has format 7, which a newer version of Atelier has"
                + " written; this version reads formats up to 1: it is left as it is, for managers"
                + " of the newer version");
  }

  @TestFactory
  Stream<DynamicTest> documentWithoutAProperty() throws IOException {
    return pointers(golden(), "")
        .filter(
            pointer ->
                !ALWAYS.contains(pointer)
                    && !ALWAYS.contains(pointer.substring(pointer.lastIndexOf('/') + 1)))
        .map(pointer -> DynamicTest.dynamicTest(pointer, () -> assertReadableWithout(pointer)));
  }

  @Test
  void documentThatIsNoInstanceIsRefused() {
    for (String document : List.of("{}", "[]", "{\"id\":\"a\"}", "{\"id\":", "")) {
      assertThatThrownBy(() -> json.workspace(document)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void longNamesAndTextsSurviveTheWay() throws IOException {
    String name = "n".repeat(200_000);
    String text = "t".repeat(21_000_000);
    var workspace = Samples.pending("a");
    var large = workspace.withSpec(workspace.spec().withAnnotations(Map.of(name, text)));
    assertThat(json.workspace(json.write(large)).spec().annotations().get(name).length())
        .isEqualTo(text.length());
  }

  @Test
  void deepInitializersSurviveTheWay() throws IOException {
    Initializer nested = new Initializer.Empty();
    for (int i = 0; i < 100; i++) {
      nested = new Initializer.Composite(List.of(nested));
    }
    var workspace = Samples.pending("a");
    var deep = workspace.withSpec(workspace.spec().withInitializer(nested));
    assertThat(json.workspace(json.write(deep))).isEqualTo(deep);
  }

  @Test
  void faultsQuoteNoSecret() {
    assertThatThrownBy(() -> json.kept("{\"ownerToken\":\"abcdefg\", hijk".getBytes(UTF_8)))
        .isInstanceOf(IOException.class)
        .message()
        .doesNotContain("abcdefg", "\"ownerToken\"");
  }

  private void assertReadableWithout(String pointer) throws IOException {
    JsonNode document = golden();
    int name = pointer.lastIndexOf('/');
    ((ObjectNode) document.at(pointer.substring(0, name))).remove(pointer.substring(name + 1));
    Workspace read = json.workspace(document.toString());
    assertWhole(read, "");
    assertThat(json.workspace(json.write(read))).isEqualTo(read);
  }

  /** Nothing in it is null, at any depth. */
  private static void assertWhole(Object value, String path) {
    assertThat(value).as(path).isNotNull();
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(present -> assertWhole(present, path));
    } else if (value instanceof Collection<?> elements) {
      elements.forEach(element -> assertWhole(element, path + "[]"));
    } else if (value instanceof Map<?, ?> entries) {
      assertWhole(entries.values(), path);
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        try {
          assertWhole(component.getAccessor().invoke(value), path + "/" + component.getName());
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** Every property of a record in the document. */
  private static Stream<String> pointers(JsonNode node, String at) {
    if (node.isArray()) {
      return IntStream.range(0, node.size())
          .boxed()
          .flatMap(i -> pointers(node.get(i), at + "/" + i));
    }
    return node.properties().stream()
        .flatMap(
            entry -> {
              String pointer = at + "/" + entry.getKey();
              return Stream.concat(Stream.of(pointer), pointers(entry.getValue(), pointer));
            });
  }

  private JsonNode golden() throws IOException {
    return document("instance-5.json");
  }

  private JsonNode document(String name) throws IOException {
    try (InputStream document = getClass().getResourceAsStream(name)) {
      return plain.readTree(document);
    }
  }
}
