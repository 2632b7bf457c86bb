// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.security.Identities;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** How resources answer. */
final class Answers {
  /** Rows of a page where nothing is said. */
  static final int PAGE = 100;

  /** Most rows of a page. */
  static final int LARGEST_PAGE = 1_000;

  private Answers() {}

  /** What is there, or that it is what the client has already. */
  static Response tagged(Request request, String json) {
    EntityTag tag = new EntityTag(Identities.sha256(json).substring(0, 32), true);
    return unlessSame(request, tag).orElseGet(() -> Response.ok(json)).tag(tag).build();
  }

  private static Optional<Response.ResponseBuilder> unlessSame(Request request, EntityTag tag) {
    try {
      return Optional.ofNullable(request.evaluatePreconditions(tag));
    } catch (ProcessingException e) {
      // A condition that cannot be read is none.
      return Optional.empty();
    }
  }

  /** A list with where it goes on. */
  static JsonObjectBuilder list(JsonArrayBuilder items, Optional<String> next) {
    JsonObjectBuilder json = Json.createObjectBuilder().add("items", items);
    next.ifPresent(after -> json.add("next", after));
    return json;
  }

  /**
   * What is answered once it is there; a fault goes the way of all.
   *
   * @param threads where it is sent, which may wait for the client: not where it was settled
   */
  static <T> CompletionStage<Response> later(
      CompletableFuture<T> over, Executor threads, Function<T, Response> answer) {
    return over.handleAsync(
        (value, thrown) -> {
          Throwable cause =
              thrown instanceof CompletionException && thrown.getCause() != null
                  ? thrown.getCause()
                  : thrown;
          if (cause instanceof WorkspaceFault fault) {
            return new Mappers.Faults().toResponse(fault);
          }
          return cause == null
              ? answer.apply(value)
              : new Mappers.Unexpected().toResponse(new CompletionException(cause));
        },
        threads);
  }

  /** A size of a page from 1 to {@value #LARGEST_PAGE}. */
  static int limit(String text) throws WorkspaceFault {
    int limit = number("limit", text, PAGE);
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw WorkspaceFault.invalid("limit", "is not between 1 and " + LARGEST_PAGE);
    }
    return limit;
  }

  static int number(String name, String text, int otherwise) throws WorkspaceFault {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw WorkspaceFault.invalid(name, "is not a number");
  }

  /** A flag among the parameters. */
  static boolean flag(String name, String text) throws WorkspaceFault {
    if (text == null || text.isEmpty() || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      throw WorkspaceFault.invalid(name, "is neither true nor false");
    }
    return true;
  }

  /** A constant among the parameters, by its name in lower case; empty when it is not given. */
  static <E extends Enum<E>> Optional<E> constant(String name, String text, Class<E> type)
      throws WorkspaceFault {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    for (E constant : type.getEnumConstants()) {
      if (StatusJson.lower(constant).equals(text)) {
        return Optional.of(constant);
      }
    }
    throw WorkspaceFault.invalid(name, "is not known");
  }

  static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
