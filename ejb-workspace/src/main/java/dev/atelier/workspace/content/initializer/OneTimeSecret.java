// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.egress.EgressProxy;
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

  private final EgressPolicy policy;
  private final AddressResolver resolver;
  private final ThreadFactory threads;

  OneTimeSecret(EgressPolicy policy, AddressResolver resolver, ThreadFactory threads) {
    this.policy = policy;
    this.resolver = resolver;
    this.threads = threads;
  }

  /** Fetches {@code user:password}; a fault never shows the URL's path, which is a secret too. */
  Credentials fetch(String url) throws ContentFault, InterruptedException {
    URI uri = HttpSource.parse(url);
    String asked = "the one-time secret from " + uri.getScheme() + "://" + uri.getAuthority();
    try (EgressProxy door = new EgressProxy(policy, resolver, threads)) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      threads.newThread(() -> ask(door, uri, answer)).start();
      return parse(answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS), asked);
    } catch (ExecutionException e) {
      throw new ContentFault(asked + " cannot be fetched: " + e.getCause().getMessage());
    } catch (TimeoutException e) {
      throw new ContentFault(asked + " did not come within " + TIMEOUT.toSeconds() + " s");
    } catch (IOException e) {
      throw new ContentFault("no way out can be made: " + e.getMessage(), e);
    }
  }

  private static void ask(EgressProxy door, URI uri, CompletableFuture<String> answer) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      new HttpSource(door).copy(uri, TIMEOUT, LIMIT, body);
      answer.complete(body.toString(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      answer.completeExceptionally(new IOException(why(door, e), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.completeExceptionally(e);
    }
  }

  private static String why(EgressProxy door, Exception fault) {
    return door.why()
        .orElse(fault instanceof IOException ? fault.getMessage() : "its URL cannot be fetched");
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
