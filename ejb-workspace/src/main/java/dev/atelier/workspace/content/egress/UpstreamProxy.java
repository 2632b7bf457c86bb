// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import dev.atelier.workspace.domain.UrlAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The HTTP proxy of a network that has no other way out. It is asked by name, since what it lets
 * through may hang on names, and some only it knows.
 *
 * @param authority where it is, with its port, and who it is to be told that we are
 * @param noProxy what is reached without it beside loopback: names, each with those below it, and
 *     ranges of addresses; in small letters
 */
public record UpstreamProxy(UrlAuthority authority, List<String> noProxy) {
  private static final String SCHEME = "http://";

  /** As the URL standard has it: a host that ends in a number is an address. */
  private static final Pattern NUMBER =
      Pattern.compile("(^|\\.)([0-9]+|0x[0-9a-f]*)\\.?$", Pattern.CASE_INSENSITIVE);

  /** How long it may take to reach a host and say so; like most clients' own patience. */
  private static final int ANSWER_MILLIS = 30_000;

  /** Copies what was given. */
  public UpstreamProxy {
    noProxy = List.copyOf(noProxy);
  }

  /**
   * Reads one.
   *
   * @param url such as {@code http://user:password@proxy.example:3128}; a login is percent-encoded
   * @param noProxy names and ranges
   * @throws IllegalArgumentException that is none; the message says nothing of it
   */
  public static UpstreamProxy parse(String url, List<String> noProxy) {
    boolean known = url.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    String rest = known ? url.substring(SCHEME.length()) : "";
    UrlAuthority authority =
        UrlAuthority.parse(rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest)
            .filter(read -> !read.port().isEmpty())
            .orElseThrow(() -> new IllegalArgumentException("no URL of a proxy"));
    UpstreamProxy proxy =
        new UpstreamProxy(
            authority, noProxy.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList());
    // A percent sign that stands for nothing is found now.
    String unused = proxy.login();
    return proxy;
  }

  /** As {@link #parse} reads it: with its password. */
  public String url() {
    String login = authority.login().isEmpty() ? "" : authority.login() + "@";
    return SCHEME + login + authority.host() + ":" + authority.port();
  }

  /**
   * Whether a host is reached through it.
   *
   * @param addresses of the host; empty when this machine knows none
   */
  boolean serves(String name, List<InetAddress> addresses) {
    String small = name.toLowerCase(Locale.ROOT);
    return addresses.stream().noneMatch(InetAddress::isLoopbackAddress)
        && noProxy.stream().noneMatch(one -> isBelow(small, one) || hasAny(one, addresses));
  }

  private static boolean isBelow(String name, String exception) {
    String top = exception.startsWith(".") ? exception.substring(1) : exception;
    return name.equals(top) || name.endsWith("." + top);
  }

  private static boolean hasAny(String exception, List<InetAddress> addresses) {
    try {
      AddressRange range = AddressRange.parse(exception);
      return addresses.stream().anyMatch(range::contains);
    } catch (IllegalArgumentException e) {
      // A name.
      return false;
    }
  }

  /**
   * What it is asked for in the place of a host: a number as the address that it was judged by,
   * which others may read in another way, and a name as itself.
   *
   * @param addresses of the host; empty when this machine knows none
   * @return empty: what only the proxy might know, and is no name that may be asked for unseen
   */
  static Optional<String> asked(String name, List<InetAddress> addresses) {
    if (name.indexOf(':') >= 0 || NUMBER.matcher(name).find()) {
      return addresses.stream().findFirst().map(InetAddress::getHostAddress);
    }
    // What was judged, and nothing that it only becomes when it is read.
    return UrlAuthority.parse(name)
        .map(UrlAuthority::host)
        .filter(host -> host.equals(name.toLowerCase(Locale.ROOT)));
  }

  /** A host and its port in a URL. */
  static String place(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** Has it connected to the host; what is said then comes from there. */
  void tunnel(Socket socket, String host, int port) throws IOException {
    String to = place(host, port);
    String head = "CONNECT %s HTTP/1.1\r\nHost: %s\r\n".formatted(to, to) + login();
    socket.getOutputStream().write((head + "\r\n").getBytes(HttpHead.CHARSET));
    socket.setSoTimeout(ANSWER_MILLIS);
    try {
      String line = HttpHead.read(socket.getInputStream()).startLine();
      if (!line.matches("HTTP/1\\.[01] 2\\d\\d.*")) {
        throw answered(line);
      }
    } catch (SocketTimeoutException e) {
      throw new IOException("the proxy does not answer", e);
    }
    socket.setSoTimeout(0);
  }

  /** What is wrong where it answers so in the place of the host. */
  static IOException answered(String startLine) {
    String[] words = startLine.split(" ", 3);
    return new IOException("the proxy answers " + (words.length > 1 ? words[1] : "in no HTTP"));
  }

  /** The header that makes it serve us, with its end of line; empty when it asks for none. */
  String login() {
    if (authority.login().isEmpty()) {
      return "";
    }
    // A plus sign stands for itself in a URL's login.
    String plain = URLDecoder.decode(authority.login().replace("+", "%2B"), StandardCharsets.UTF_8);
    String pair = Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    return "Proxy-Authorization: Basic " + pair + "\r\n";
  }

  InetSocketAddress address() throws IOException {
    return new InetSocketAddress(
        InetAddress.getByName(authority.host()), Integer.parseInt(authority.port()));
  }
}
