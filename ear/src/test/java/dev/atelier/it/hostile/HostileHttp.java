// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

import dev.atelier.workspace.hostile.HostileValues;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Whole requests, as they are sent, that are like right ones. */
final class HostileHttp {
  private static final int LONGEST_FIELD = 12_000;

  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "DELETE",
          "PATCH",
          "OPTIONS",
          "TRACE",
          "CONNECT",
          "get",
          "PROPFIND",
          "A".repeat(300));

  private static final List<String> HEADERS =
      List.of(
          "Accept: nonsense",
          "Accept: application/xml",
          "Accept: text/event-stream",
          "Accept: */*;q=2, a/b;q=x",
          "Accept-Language: " + "a-b,".repeat(500),
          "Accept-Encoding: gzip;q=x",
          "If-None-Match: \"a",
          "If-None-Match: W/",
          "If-Modified-Since: yesterday",
          "If-Match: *",
          "Range: bytes=9-1,,-,0-99999999999999999999",
          "Cookie: a; =b; $Version=9; JSESSIONID=../../a; atelier=\"",
          "Cookie: " + "a=b; ".repeat(1_000),
          "Expect: 100-continue",
          "Expect: nonsense",
          "X-Forwarded-For: <script>, ::::, 127.0.0.1",
          "Forwarded: for=\"_a\";;=",
          "X-Forwarded-Proto: javascript",
          "traceparent: 00-" + "z".repeat(32) + "-0-",
          "Last-Event-ID: ../../a",
          "Origin: null",
          "Origin: http://[",
          "Upgrade: websocket",
          "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nConnection: Upgrade, HTTP2-Settings",
          "X-HTTP-Method-Override: DELETE",
          "Faces-Request: partial/ajax",
          "Sec-Fetch-Site: cross-site",
          "Content-Encoding: gzip",
          "Content-Encoding: nonsense",
          "Content-Language: ;",
          "A: " + "b".repeat(9_000),
          "A: b\r\n".repeat(90) + "A: b",
          "Authorization: Basic !!!!",
          "Authorization: Basic Og==",
          "Authorization: Bearer ",
          "Authorization: Digest username=\"a\"",
          "Authorization");

  private static final List<String> TYPES =
      List.of(
          "text/plain",
          "application/json; charset=nonsense",
          "application/json; charset=utf-16",
          "application/json;;=",
          "application/x-www-form-urlencoded; charset=utf-7",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          "multipart/form-data; boundary=a",
          "/",
          "a".repeat(5_000),
          "application/xml");

  private final Random random;
  private final HostileForm forms;
  private final HostileJson bodies;
  private final String host;
  private final String authorization;

  HostileHttp(Random random, String host, String authorization) {
    this.random = random;
    this.host = host;
    this.authorization = authorization;
    HostileValues values = new HostileValues(random);
    forms = new HostileForm(random, values);
    bodies = new HostileJson(random, values);
  }

  /** A right request as it is sent. */
  Sent right(WebRequest request) {
    String query = HostileForm.right(request.query());
    return sent(
        request.method(),
        request.path() + (query.isEmpty() ? "" : "?" + query),
        List.of(),
        type(request),
        request.json().isEmpty()
            ? bytes(HostileForm.right(request.form()))
            : bytes(request.json()));
  }

  /** One that is like it, more or less. */
  Sent like(WebRequest right) {
    if (random.nextInt(25) == 0) {
      return noHttp(right);
    }
    String method = random.nextInt(20) == 0 ? any(METHODS) : right.method();
    String path = random.nextInt(4) == 0 ? otherPath(right.path()) : right.path();
    String query =
        random.nextInt(4) > 0
            ? forms.like(right.query(), LONGEST_FIELD)
            : HostileForm.right(right.query());
    List<String> headers = new ArrayList<>();
    while (random.nextInt(4) == 0) {
      headers.add(any(HEADERS));
    }
    String type = random.nextInt(15) == 0 ? any(TYPES) : type(right);
    return sent(method, path + (query.isEmpty() ? "" : "?" + query), headers, type, body(right));
  }

  private byte[] body(WebRequest right) {
    if (!right.json().isEmpty()) {
      return random.nextInt(5) == 0 ? bytes(right.json()) : bodies.like(right.json());
    }
    if (!right.form().isEmpty()) {
      return random.nextInt(5) == 0
          ? bytes(HostileForm.right(right.form()))
          : bytes(forms.like(right.form(), Integer.MAX_VALUE));
    }
    return random.nextInt(20) == 0 ? bodies.like("{}") : new byte[0];
  }

  private static String type(WebRequest request) {
    return request.json().isEmpty() ? "application/x-www-form-urlencoded" : "application/json";
  }

  /** One of its parts is another, or there is one more. */
  private String otherPath(String path) {
    List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
    int at = 1 + random.nextInt(parts.size());
    if (at == parts.size()) {
      parts.add(forms.segment(LONGEST_FIELD));
    } else {
      parts.set(at, forms.segment(LONGEST_FIELD));
    }
    return String.join("/", parts);
  }

  private Sent sent(String method, String target, List<String> headers, String type, byte[] body) {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: ").append(host);
    head.append("\r\nConnection: close\r\n");
    if (headers.stream().noneMatch(header -> header.startsWith("Authorization"))) {
      head.append("Authorization: ").append(authorization).append("\r\n");
    }
    headers.forEach(header -> head.append(header).append("\r\n"));
    if (body.length > 0 || !List.of("GET", "HEAD").contains(method)) {
      head.append("Content-Type: ").append(type).append("\r\n");
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    return new Sent(join(bytes(head + "\r\n"), body), true, method.equals("HEAD"));
  }

  /** What breaks off, says two things at once, or is not HTTP at all. */
  private Sent noHttp(WebRequest right) {
    byte[] bytes = right(right).bytes();
    String text = new String(bytes, StandardCharsets.UTF_8);
    return new Sent(
        switch (random.nextInt(9)) {
          case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
          case 1 -> bytes(text.replace("HTTP/1.1", any(List.of("HTTP/9.9", "HTTP/1.", "a", ""))));
          case 2 -> bytes(text.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"));
          case 3 -> bytes(text.replace("\r\n\r\n", "\r\nContent-Length: 7\r\n\r\n"));
          case 4 -> bytes(text.replace("\r\n\r\n", "\r\nContent-Length: -1\r\n\r\n"));
          case 5 -> bytes(text.replace("Host: ", any(List.of("Host: a, ", "Host : ", "Hos: "))));
          case 6 -> bytes(text.replace("\r\n\r\n", "\r\n" + "A: b\r\n".repeat(5_000) + "\r\n"));
          case 7 -> bytes(text.replaceFirst(" /", " /\0 \r\n /"));
          default -> noise();
        },
        false,
        false);
  }

  private byte[] noise() {
    byte[] bytes = new byte[1 + random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private String any(List<String> texts) {
    return texts.get(random.nextInt(texts.size()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first);
    bytes.writeBytes(second);
    return bytes.toByteArray();
  }
}
