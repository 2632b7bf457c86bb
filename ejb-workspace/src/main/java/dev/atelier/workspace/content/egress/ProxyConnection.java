// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One connection to an {@link EgressProxy}: a tunnel, or one plain request, after which it is
 * closed, so that nothing of a next request can go to the host of the last.
 */
final class ProxyConnection {
  static final int CONNECT_MILLIS = 15_000;
  private static final int HEAD_MILLIS = 30_000;
  private static final int BUFFER = 64 * 1024;
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authorization",
          "proxy-authenticate",
          "upgrade");

  private static final Pattern LOGIN_WANTED = Pattern.compile("^HTTP/1\\.[01] 407");

  private final EgressProxy proxy;
  private final Socket client;

  ProxyConnection(EgressProxy proxy, Socket client) {
    this.proxy = proxy;
    this.client = client;
  }

  void run() throws IOException {
    client.setSoTimeout(HEAD_MILLIS);
    InputStream in = new BufferedInputStream(client.getInputStream(), BUFFER);
    OutputStream out = client.getOutputStream();
    HttpHead request = HttpHead.read(in);
    client.setSoTimeout(0);
    Optional<EgressProxy.Operation> whose = proxy.admitted(request.value("proxy-authorization"));
    if (whose.isEmpty()) {
      answer(
          out,
          "407 Proxy Authentication Required",
          "Proxy-Authenticate: Basic realm=\"proxy\"\r\n");
      return;
    }
    String[] line = request.startLine().split(" ", 3);
    Target target = line.length == 3 ? Target.of(line[0], line[1]) : null;
    if (target == null) {
      answer(out, "400 Bad Request", "");
      return;
    }
    EgressProxy.Connection made;
    try {
      made = proxy.connect(whose.get(), client.getPort(), target.host, target.port, target.tunnel);
    } catch (EgressProxy.Unreachable e) {
      answer(out, e.refused ? "403 Forbidden" : "502 Bad Gateway", "");
      return;
    }
    Socket upstream = made.socket();
    try {
      InputStream answer = new BufferedInputStream(upstream.getInputStream(), BUFFER);
      if (target.tunnel) {
        out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(HttpHead.CHARSET));
        relay(in, upstream);
      } else {
        String start = line[0] + " " + made.origin() + target.path + " HTTP/1.1";
        String added = made.login() + "Connection: close";
        upstream.getOutputStream().write(request.with(start, HOP_BY_HOP, added));
        relay(in, upstream);
        HttpHead head = HttpHead.read(answer);
        if (!made.origin().isEmpty() && LOGIN_WANTED.matcher(head.startLine()).find()) {
          // Whoever asks has no login for it, and would take the question for ours.
          proxy.notPassed(
              whose.get(), target.host, target.port, UpstreamProxy.answered(head.startLine()));
          answer(out, "502 Bad Gateway", "");
          return;
        }
        answerOf(head, answer, out);
      }
      answer.transferTo(out);
    } finally {
      proxy.forget(upstream);
    }
  }

  /** Passes what the client sends on, in a thread that ends with the connection. */
  private void relay(InputStream in, Socket upstream) {
    proxy
        .threads()
        .newThread(
            () -> {
              try {
                in.transferTo(upstream.getOutputStream());
                upstream.shutdownOutput();
              } catch (IOException e) {
                proxy.forget(upstream);
              }
            })
        .start();
  }

  /**
   * Passes the head of the answer on, marked as the last of this connection; what is behind it
   * stays unread.
   */
  private static void answerOf(HttpHead first, InputStream in, OutputStream out)
      throws IOException {
    HttpHead head = first;
    while (head.startLine().matches("HTTP/1\\.[01] 1\\d\\d.*")) {
      out.write(head.with(head.startLine(), HOP_BY_HOP, ""));
      head = HttpHead.read(in);
    }
    out.write(head.with(head.startLine(), HOP_BY_HOP, "Connection: close"));
  }

  private static void answer(OutputStream out, String status, String header) throws IOException {
    String head =
        "HTTP/1.1 " + status + "\r\n" + header + "Content-Length: 0\r\nConnection: close\r\n\r\n";
    out.write(head.getBytes(HttpHead.CHARSET));
    out.flush();
  }

  /** Where a request goes. */
  private record Target(boolean tunnel, String host, int port, String path) {

    /** Null when it is none. */
    private static Target of(String method, String target) {
      if (method.equals("CONNECT")) {
        return of(true, target, -1, "");
      }
      if (!target.regionMatches(true, 0, "http://", 0, 7)) {
        return null;
      }
      String rest = target.substring(7);
      int end = 0;
      while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
        end++;
      }
      String path = rest.substring(end);
      String authority = rest.substring(0, end);
      authority = authority.substring(authority.lastIndexOf('@') + 1);
      return of(false, authority, 80, path.startsWith("/") ? path : "/" + path);
    }

    private static Target of(boolean tunnel, String authority, int defaultPort, String path) {
      int colon = authority.lastIndexOf(':');
      boolean port = colon > authority.lastIndexOf(']');
      String host = port ? authority.substring(0, colon) : authority;
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      try {
        int number = port ? Integer.parseInt(authority.substring(colon + 1)) : defaultPort;
        boolean valid = !host.isEmpty() && number > 0 && number < 65_536;
        return valid ? new Target(tunnel, host, number, path) : null;
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }
}
