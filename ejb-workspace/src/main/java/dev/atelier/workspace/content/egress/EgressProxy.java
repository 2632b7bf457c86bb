// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

/**
 * An HTTP proxy on loopback for one operation at a time. It resolves every name itself and connects
 * to the very address that the policy permits, so that neither a redirect nor a name that changes
 * its address gets past it; where a network's own proxy leads out, that one resolves names again,
 * and must refuse such addresses itself. TLS passes through untouched. It serves those who know its
 * secret, which is made anew each time.
 */
public final class EgressProxy implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MOST_ASKED = 1_024;
  private static final String USER = "atelier";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final EgressPolicy policy;
  private final AddressResolver resolver;
  private final ThreadFactory threads;
  private final ServerSocket server;
  private final Semaphore places = new Semaphore(MAX_CONNECTIONS);
  private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
  private volatile Operation operation = new Operation();
  private volatile boolean closed;

  /** Who is served, and what became of that. */
  static final class Operation {
    private final String secret = fresh();
    private volatile Unreachable trouble;

    /** Whom the last connections led to, by the port that they came from. */
    private final Map<Integer, String> asked = Collections.synchronizedMap(new Newest());

    private String basic() {
      String pair = USER + ":" + secret;
      return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private Unreachable fail(boolean refused, String message, IOException cause) {
      trouble = new Unreachable(refused, message, cause);
      return trouble;
    }
  }

  /** Forgets the oldest when there are many. */
  private static final class Newest extends LinkedHashMap<Integer, String> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Integer, String> eldest) {
      return size() > MOST_ASKED;
    }
  }

  /** A connection that was not made. */
  static final class Unreachable extends IOException {
    private static final long serialVersionUID = 1L;

    /** By the policy. */
    final boolean refused;

    private Unreachable(boolean refused, String message, IOException cause) {
      super(message, cause);
      this.refused = refused;
    }
  }

  /** Opens one on a free port of loopback. */
  public EgressProxy(EgressPolicy policy, AddressResolver resolver, ThreadFactory threads)
      throws IOException {
    this.policy = policy;
    this.resolver = resolver;
    this.threads = threads;
    server =
        new ServerSocket(0, MAX_CONNECTIONS, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    threads.newThread(this::accept).start();
  }

  private static String fresh() {
    byte[] random = new byte[32];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Begins anew with another secret, for another operation; ends every connection of the last. */
  public void renew() {
    operation = new Operation();
    open.forEach(this::forget);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  /** Its URL with its secret, for programs that take one from the environment. */
  public String url() {
    return "http://" + USER + ":" + operation.secret + "@127.0.0.1:" + server.getLocalPort();
  }

  /** The value of a Proxy-Authorization header that it accepts. */
  public String authorization() {
    return "Bearer " + operation.secret;
  }

  /** What must not be seen of it in any text. */
  public List<String> secrets() {
    Operation now = operation;
    return List.of(now.secret, now.basic());
  }

  /** Why the last connection that was not made was not made. */
  public Optional<String> why() {
    return Optional.ofNullable(operation.trouble).map(Unreachable::getMessage);
  }

  /** Whether the policy was what kept it from being made. */
  public boolean refused() {
    return Optional.ofNullable(operation.trouble).map(last -> last.refused).orElse(false);
  }

  /**
   * Host and port that one of the last connections led to.
   *
   * @param port that it came from
   */
  public Optional<String> askedFrom(int port) {
    return Optional.ofNullable(operation.asked.get(port));
  }

  /** Ends every connection. */
  @Override
  public void close() {
    closed = true;
    shut(server);
    open.forEach(EgressProxy::shut);
  }

  /** Whether it can still be connected to. */
  public boolean listens() {
    return !server.isClosed();
  }

  /** What somebody who says that belongs to; empty: nobody's. */
  Optional<Operation> admitted(String authorization) {
    Operation now = operation;
    byte[] given = authorization.getBytes(StandardCharsets.UTF_8);
    return Stream.of("Bearer " + now.secret, "Basic " + now.basic())
            .anyMatch(right -> MessageDigest.isEqual(given, right.getBytes(StandardCharsets.UTF_8)))
        ? Optional.of(now)
        : Optional.empty();
  }

  /**
   * A connection that was made.
   *
   * @param origin what a plain request names before its path: nothing, or to a proxy the host
   * @param login header for that proxy, with its end of line; or nothing
   */
  record Connection(Socket socket, String origin, String login) {
    private Connection(Socket socket) {
      this(socket, "", "");
    }
  }

  /**
   * Connects to a permitted address of {@code host}, or says why not.
   *
   * @param from the port that whoever asks has on this side
   * @param tunnel whether what follows is for the host alone
   */
  Connection connect(Operation whose, int from, String host, int port, boolean tunnel)
      throws Unreachable {
    whose.asked.put(from, host + ":" + port);
    List<InetAddress> addresses = addresses(whose, host);
    List<InetAddress> permitted = addresses.stream().filter(policy::permits).toList();
    Optional<UpstreamProxy> proxy = policy.proxy().filter(one -> one.serves(host, addresses));
    // A proxy takes any of them.
    boolean refused = proxy.isPresent() ? permitted.size() < addresses.size() : permitted.isEmpty();
    if (refused) {
      String address =
          addresses.stream()
              .filter(one -> !permitted.contains(one))
              .findFirst()
              .orElseThrow()
              .getHostAddress();
      String of = address.equals(host) ? "" : " of " + host;
      throw whose.fail(true, "address " + address + of + " may not be reached", null);
    }
    return proxy.isPresent()
        ? connect(whose, proxy.get(), asked(whose, host, addresses), port, tunnel)
        : connect(whose, permitted, host, port);
  }

  /** Of what may be reached by a proxy that alone knows it: none. */
  private List<InetAddress> addresses(Operation whose, String host) throws Unreachable {
    try {
      return resolver.resolve(host);
    } catch (IOException e) {
      if (policy.permitsUnseen(host)) {
        return List.of();
      }
      throw whose.fail(false, "host " + host + " cannot be resolved", e);
    }
  }

  private static String asked(Operation whose, String host, List<InetAddress> addresses)
      throws Unreachable {
    Optional<String> asked = UpstreamProxy.asked(host, addresses);
    if (asked.isEmpty()) {
      throw whose.fail(false, "host " + host + " cannot be resolved", null);
    }
    return asked.get();
  }

  private Connection connect(
      Operation whose, UpstreamProxy proxy, String host, int port, boolean tunnel)
      throws Unreachable {
    Socket socket = new Socket();
    try {
      keep(socket);
      socket.connect(proxy.address(), ProxyConnection.CONNECT_MILLIS);
      if (tunnel) {
        proxy.tunnel(socket, host, port);
      }
      return tunnel
          ? new Connection(socket)
          : new Connection(socket, "http://" + UpstreamProxy.place(host, port), proxy.login());
    } catch (IOException e) {
      forget(socket);
      throw notPassed(whose, host, port, e);
    }
  }

  /** Why the network's proxy has not led there. */
  Unreachable notPassed(Operation whose, String host, int port, IOException why) {
    String way = policy.proxy().map(one -> one.authority().host()).orElse("none");
    return whose.fail(
        false,
        "%s:%d is not reached by the proxy %s: %s".formatted(host, port, way, why.getMessage()),
        why);
  }

  private Connection connect(Operation whose, List<InetAddress> permitted, String host, int port)
      throws Unreachable {
    IOException last = null;
    for (InetAddress address : permitted) {
      Socket socket = new Socket();
      try {
        keep(socket);
        socket.connect(new InetSocketAddress(address, port), ProxyConnection.CONNECT_MILLIS);
        return new Connection(socket);
      } catch (IOException e) {
        forget(socket);
        last = e;
      }
    }
    throw whose.fail(false, host + ":" + port + " does not answer: " + last.getMessage(), last);
  }

  void keep(Closeable connection) throws IOException {
    open.add(connection);
    if (closed) {
      forget(connection);
      throw new IOException("closed");
    }
  }

  void forget(Closeable connection) {
    shut(connection);
    open.remove(connection);
  }

  ThreadFactory threads() {
    return threads;
  }

  private void accept() {
    try {
      while (!closed) {
        Socket client = server.accept();
        if (places.tryAcquire()) {
          begin(client);
        } else {
          client.close();
        }
      }
    } catch (IOException e) {
      // Out of file descriptors, or closed: whoever is connected goes on, nobody else comes in.
      return;
    } finally {
      shut(server);
    }
  }

  private void begin(Socket client) {
    boolean begun = false;
    try {
      threads.newThread(() -> serve(client)).start();
      begun = true;
    } finally {
      if (!begun) {
        shut(client);
        places.release();
      }
    }
  }

  private void serve(Socket client) {
    try {
      keep(client);
      new ProxyConnection(this, client).run();
    } catch (IOException e) {
      // The other side sees its connection end; why not made connections failed is in trouble().
      forget(client);
    } finally {
      forget(client);
      places.release();
    }
  }

  private static void shut(Closeable connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // Closing a socket is the last that is asked of it.
      return;
    }
  }
}
