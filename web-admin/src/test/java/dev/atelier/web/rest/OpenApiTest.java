// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atelier.web.security.AccessPolicy;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The document and the resources say the same. */
class OpenApiTest {
  private final JsonNode api = read();

  private static JsonNode read() {
    try (InputStream in = RestApplication.class.getResourceAsStream("openapi.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The query parameters of each operation that the resources have. */
  private static Map<String, Set<String>> resources() {
    Map<String, Set<String>> found = new TreeMap<>();
    for (Class<?> resource : new RestApplication().getClasses()) {
      Path base = resource.getAnnotation(Path.class);
      if (base != null) {
        for (Method method : resource.getDeclaredMethods()) {
          verb(method)
              .ifPresent(
                  verb -> {
                    Path more = method.getAnnotation(Path.class);
                    String path =
                        (base.value() + (more == null ? "" : "/" + more.value()))
                            .replaceAll("/+", "/");
                    found.put(verb + " " + path, parameters(method));
                  });
        }
      }
    }
    return found;
  }

  private static Optional<String> verb(Method method) {
    return Stream.of(method.getAnnotations())
        .map(one -> one.annotationType().getAnnotation(HttpMethod.class))
        .filter(Objects::nonNull)
        .map(HttpMethod::value)
        // It is what GET is.
        .filter(verb -> !verb.equals(HttpMethod.HEAD))
        .findFirst();
  }

  private static Set<String> parameters(Method method) {
    Set<String> names = new TreeSet<>();
    for (Annotation[] annotations : method.getParameterAnnotations()) {
      for (Annotation one : annotations) {
        if (one instanceof QueryParam query) {
          names.add(query.value());
        }
      }
    }
    return names;
  }

  private record Operation(String method, String path, JsonNode json) {}

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (!method.getKey().equals("parameters")) {
          operations.add(
              new Operation(
                  method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
        }
      }
    }
    return operations;
  }

  @Test
  void itHasEveryOperationWithItsParametersAndNoOther() {
    Map<String, Set<String>> documented = new TreeMap<>();
    for (Operation operation : operations()) {
      Set<String> names = new TreeSet<>();
      operation
          .json()
          .path("parameters")
          .forEach(
              one -> {
                if (one.get("in").asText().equals("query")) {
                  names.add(one.get("name").asText());
                }
              });
      documented.put(operation.method() + " " + operation.path(), names);
    }
    assertThat(documented).isEqualTo(resources());
  }

  @Test
  void itSaysWhatEveryOperationNeeds() {
    assertThat(operations())
        .allSatisfy(
            one ->
                assertThat(
                        AccessPolicy.of(one.method(), "/api/v1" + one.path())
                            .scope()
                            .orElseThrow()
                            .name()
                            .toLowerCase(Locale.ROOT))
                    .as(one.method() + " " + one.path())
                    .isEqualTo(one.json().get("x-scope").asText()));
  }

  @Test
  void everyBodyAndAnswerHasAnExample() {
    assertThat(api.get("openapi").asText()).startsWith("3.1");
    assertThat(operations())
        .allSatisfy(
            one -> {
              assertThat(one.json().get("operationId").asText()).isNotEmpty();
              JsonNode body = one.json().path("requestBody").path("content");
              body.forEach(content -> assertThat(content.has("example")).isTrue());
              JsonNode ok = one.json().path("responses").path("200").path("content");
              assertThat(ok.isMissingNode() || ok.elements().next().has("example"))
                  .as(one.path())
                  .isTrue();
            });
  }

  @Test
  void operationsAreNamedOnce() {
    assertThat(operations().stream().map(one -> one.json().get("operationId").asText()))
        .doesNotHaveDuplicates();
  }
}
