// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.WorkspaceFault;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the API server has refused; whoever asked decides what it means. */
final class ApiFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNPROCESSABLE = 422;

  private static final int LONGEST_WORDS = 300;

  /** How often it is asked again when it has too much to do, and at most how long it is waited. */
  private static final int ATTEMPTS = 5;

  private static final int LONGEST_PAUSE_SECONDS = 2;

  /** What is known of it. */
  enum Kind {
    /** There is none of that name. */
    NOT_FOUND,
    /** There is one of that name already. */
    EXISTS,
    /** Another change of the same object came first. */
    CONFLICT,
    /** It is not what it should be, or too large. */
    INVALID,
    /** Nothing was changed: it is busy, unreachable, or does not let us. */
    REFUSED,
    /** Whether it was done is not known. */
    DOUBTFUL
  }

  private final Kind kind;

  private ApiFailure(Kind kind, KubernetesClientException cause) {
    super(kind.toString(), cause);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** What a caller of a store is told of it. */
  WorkspaceFault unavailable() {
    return WorkspaceFault.unavailable("the Kubernetes API is out of reach at the moment", this);
  }

  /** What a caller is told when it is not what it should be. */
  WorkspaceFault invalid() {
    return WorkspaceFault.invalid(
        "spec",
        large((KubernetesClientException) getCause())
            ? "is too large for this cluster"
            : "the cluster refuses it: " + words());
  }

  /** The server's own words, of bounded length. */
  String words() {
    KubernetesClientException cause = (KubernetesClientException) getCause();
    String status = cause.getStatus() == null ? null : cause.getStatus().getMessage();
    String words = Objects.requireNonNullElse(status == null ? cause.getMessage() : status, "");
    return words.length() <= LONGEST_WORDS ? words : words.substring(0, LONGEST_WORDS) + "...";
  }

  /** Asks, again and later when the server has too much to do. */
  static <T> T ask(Supplier<T> call) throws ApiFailure {
    for (int attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (KubernetesClientException e) {
        if (e.getCode() != TOO_MANY_REQUESTS || attempt == ATTEMPTS || !paused(e, attempt)) {
          throw new ApiFailure(kind(e), e);
        }
      }
    }
  }

  private static boolean paused(KubernetesClientException e, int attempt) {
    Integer asked =
        e.getStatus() == null || e.getStatus().getDetails() == null
            ? null
            : e.getStatus().getDetails().getRetryAfterSeconds();
    long millis =
        asked == null || asked <= 0
            ? 50L << attempt
            : TimeUnit.SECONDS.toMillis(Math.min(asked, LONGEST_PAUSE_SECONDS));
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Kind kind(KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND -> Kind.NOT_FOUND;
      case HttpURLConnection.HTTP_CONFLICT ->
          "AlreadyExists".equals(reason(e)) ? Kind.EXISTS : Kind.CONFLICT;
      case HttpURLConnection.HTTP_BAD_REQUEST,
          HttpURLConnection.HTTP_ENTITY_TOO_LARGE,
          UNPROCESSABLE ->
          Kind.INVALID;
      case HttpURLConnection.HTTP_UNAUTHORIZED,
          HttpURLConnection.HTTP_FORBIDDEN,
          TOO_MANY_REQUESTS ->
          Kind.REFUSED;
      default -> large(e) ? Kind.INVALID : neverSent(e) ? Kind.REFUSED : Kind.DOUBTFUL;
    };
  }

  /** Whether there is too much of it; etcd's limit comes as an internal error. */
  private static boolean large(KubernetesClientException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "");
    return e.getCode() == HttpURLConnection.HTTP_ENTITY_TOO_LARGE
        || message.contains("request is too large")
        || message.contains("message larger than max")
        || message.contains("Too long: may not be more than");
  }

  private static boolean neverSent(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  private static String reason(KubernetesClientException e) {
    Status status = e.getStatus();
    return status == null || status.getReason() == null ? "" : status.getReason();
  }
}
