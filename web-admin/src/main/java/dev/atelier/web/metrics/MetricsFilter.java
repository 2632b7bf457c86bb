// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.metrics;

import dev.atelier.workspace.metrics.Metrics;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;

/** Answers /metrics with the server's own figures and then the manager's. */
public class MetricsFilter implements Filter {
  @Inject private Metrics metrics;

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    if (!http.getMethod().equals("GET") || http.getQueryString() != null) {
      chain.doFilter(request, response);
      return;
    }
    Captured server = new Captured((HttpServletResponse) response);
    chain.doFilter(new PlainTextRequest(http), server);
    byte[] own = metrics.text().getBytes(StandardCharsets.UTF_8);
    response.setContentType("text/plain; version=0.0.4; charset=utf-8");
    response.setContentLength(server.size() + own.length);
    server.writeTo(response.getOutputStream());
    response.getOutputStream().write(own);
  }

  /** Scrapers prefer a newer form, which the server refuses instead of giving the one it has. */
  private static final class PlainTextRequest extends HttpServletRequestWrapper {
    PlainTextRequest(HttpServletRequest request) {
      super(request);
    }

    @Override
    public String getHeader(String name) {
      return name.equalsIgnoreCase("Accept") ? "text/plain" : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
      return name.equalsIgnoreCase("Accept")
          ? Collections.enumeration(Collections.singleton("text/plain"))
          : super.getHeaders(name);
    }
  }

  private static final class Captured extends HttpServletResponseWrapper {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintWriter writer =
        new PrintWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8));

    Captured(HttpServletResponse response) {
      super(response);
    }

    int size() {
      writer.flush();
      return bytes.size();
    }

    void writeTo(ServletOutputStream out) throws IOException {
      bytes.writeTo(out);
    }

    @Override
    public PrintWriter getWriter() {
      return writer;
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          throw new IllegalStateException("not asynchronous");
        }

        @Override
        public void write(int b) {
          bytes.write(b);
        }
      };
    }

    @Override
    public void setContentLength(int length) {}

    @Override
    public void setContentLengthLong(long length) {}

    @Override
    public void flushBuffer() {}
  }
}
