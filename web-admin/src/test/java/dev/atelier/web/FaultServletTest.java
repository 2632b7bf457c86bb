// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultServletTest {
  private final List<String> said = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "X"})
  void peopleAreToldInAPage(String method) throws Exception {
    answer(method);
    assertThat(said).contains("setStatus[500]", "setContentType[text/html;charset=UTF-8]");
    assertThat(body.toString(StandardCharsets.UTF_8)).contains("Something went wrong here");
  }

  private void answer(String method) throws Exception {
    ServletContext context =
        played(
            ServletContext.class,
            (self, called, arguments) ->
                Files.newInputStream(Path.of("src/main/webapp" + arguments[0])));
    HttpServletRequest request =
        played(
            HttpServletRequest.class,
            (self, called, arguments) ->
                called.getName().equals("getMethod")
                    ? method
                    : arguments[0].equals(RequestDispatcher.ERROR_REQUEST_URI)
                        ? "/workspaces"
                        : null);
    HttpServletResponse response =
        played(
            HttpServletResponse.class,
            (self, called, arguments) ->
                switch (called.getName()) {
                  case "getOutputStream" -> new Output();
                  default -> {
                    said.add(called.getName() + Arrays.toString(arguments));
                    yield null;
                  }
                });
    FaultServlet servlet = new FaultServlet();
    servlet.init(
        played(
            ServletConfig.class,
            (self, called, arguments) ->
                called.getName().equals("getServletContext") ? context : null));
    servlet.service(request, response);
  }

  private static <T> T played(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private final class Output extends ServletOutputStream {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(int b) {
      body.write(b);
    }
  }
}
