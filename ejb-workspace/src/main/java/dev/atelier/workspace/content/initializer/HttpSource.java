// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.egress.AddressResolver;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.egress.EgressProxy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import javax.net.ssl.SSLContext;

/**
 * Fetches by HTTP through a door of its own, one after the other; redirects are followed, but never
 * from https to http.
 */
final class HttpSource implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final EgressProxy door;

  /** A server's answer that is no content. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    /** HTTP's status code. */
    final int status;

    private Refused(int status) {
      super("the server answers " + status);
      this.status = status;
    }

    /** Whether asking again may help. */
    boolean passing() {
      return status >= 500 || status == 408 || status == 429;
    }
  }

  /** A body that is larger than it may be. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    private TooLarge(long limit) {
      super("it is larger than " + limit + " bytes");
    }
  }

  /** The policy does not let it out. */
  static final class Forbidden extends IOException {
    private static final long serialVersionUID = 1L;

    private Forbidden(String message) {
      super(message);
    }
  }

  HttpSource(EgressPolicy policy, AddressResolver resolver, ThreadFactory threads)
      throws IOException {
    SSLContext trusted = Authorities.OF_MACHINE.context();
    door = new EgressProxy(policy, resolver, threads);
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(CONNECT_TIMEOUT)
            .proxy(ProxySelector.of(door.address()))
            .sslContext(trusted)
            .build();
  }

  /** Reads a URL that this may fetch; a user in it is not sent anywhere. */
  static URI parse(String url) throws ContentFault {
    RemoteUri parsed = RemoteUri.parse(url);
    if (!parsed.scheme().equals("http") && !parsed.scheme().equals("https")) {
      throw new ContentFault("only http and https URLs can be fetched");
    }
    int fragment = parsed.clean().indexOf('#');
    URI uri;
    try {
      uri = URI.create(fragment < 0 ? parsed.clean() : parsed.clean().substring(0, fragment));
    } catch (IllegalArgumentException e) {
      throw new ContentFault("not a URL that can be fetched");
    }
    if (uri.getHost() == null) {
      throw new ContentFault("host " + parsed.host() + " can be asked by git alone");
    }
    return uri;
  }

  /**
   * Copies a body.
   *
   * @param headTimeout until the server begins to answer
   * @param limit the largest body in bytes
   * @return bytes copied
   * @throws IOException why not; {@link Forbidden}, {@link Refused} and {@link TooLarge}: for good
   */
  long copy(URI from, Duration headTimeout, long limit, OutputStream to)
      throws IOException, InterruptedException {
    try {
      return fetch(from, headTimeout, limit, to);
    } catch (IllegalArgumentException e) {
      throw new IOException("its URL cannot be fetched", e);
    } catch (IOException e) {
      if (door.refused()) {
        throw new Forbidden(door.why().orElse("its address may not be reached"));
      }
      throw door.why().map(why -> new IOException(why, e)).orElse(e);
    }
  }

  /**
   * Forgets the last fetch, and ends what is open of it.
   *
   * @return whether it can be used again
   */
  boolean rest() {
    door.renew();
    return door.listens();
  }

  /** Ends its door; the client ends by itself when nobody knows it any more. */
  @Override
  public void close() {
    door.close();
  }

  private long fetch(URI from, Duration headTimeout, long limit, OutputStream to)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(from)
            .header("Proxy-Authorization", door.authorization())
            .header("User-Agent", "atelier")
            .timeout(headTimeout)
            .build();
    HttpResponse<InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new Refused(response.statusCode());
      }
      byte[] buffer = new byte[64 * 1024];
      long total = 0;
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        total += n;
        if (total > limit) {
          throw new TooLarge(limit);
        }
        to.write(buffer, 0, n);
      }
      return total;
    }
  }
}
