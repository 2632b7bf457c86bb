// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches credentials from a URL that answers them once; so it is asked once. */
final class OneTimeSecret {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int LIMIT = 16 * 1024;

  private final HttpSources sources;
  private final ThreadFactory threads;

  OneTimeSecret(HttpSources sources, ThreadFactory threads) {
    this.sources = sources;
    this.threads = threads;
  }

  /** Fetches {@code user:password}; a fault never shows the URL's path, which is a secret too. */
  Credentials fetch(String url) throws ContentFault, InterruptedException {
    URI uri = HttpSource.parse(url);
    String asked = "the one-time secret from " + uri.getScheme() + "://" + uri.getAuthority();
    CompletableFuture<String> answer = new CompletableFuture<>();
    try (HttpSources.Lease source = sources.lease()) {
      threads.newThread(() -> ask(source, uri, answer)).start();
      return parse(answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS), asked);
    } catch (ExecutionException e) {
      throw new ContentFault(asked + " cannot be fetched: " + e.getCause().getMessage());
    } catch (TimeoutException e) {
      throw new ContentFault(asked + " did not come within " + TIMEOUT.toSeconds() + " s");
    } catch (IOException e) {
      throw new ContentFault(asked + " cannot be fetched: " + e.getMessage());
    }
  }

  private static void ask(HttpSources.Lease source, URI uri, CompletableFuture<String> answer) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      source.copy(uri, TIMEOUT, LIMIT, body);
      answer.complete(body.toString(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      answer.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.completeExceptionally(e);
    }
  }

  private static Credentials parse(String answer, String asked) throws ContentFault {
    String pair = answer.stripTrailing();
    int colon = pair.indexOf(':');
    if (colon < 0) {
      throw new ContentFault(asked + " is not user:password");
    }
    return new Credentials(pair.substring(0, colon), pair.substring(colon + 1));
  }
}
