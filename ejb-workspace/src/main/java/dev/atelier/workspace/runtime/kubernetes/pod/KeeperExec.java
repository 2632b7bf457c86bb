// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Talks to the keepers of pods, by the protocol of the API server for it: the client's own way
 * first lists and watches the pod, until it is ready, which one that ends never is.
 */
final class KeeperExec {
  private static final String PROTOCOL = "v4.channel.k8s.io";
  private static final Duration DELIVERY = Duration.ofSeconds(30);
  private static final int MOST_BYTES = 64 << 10;
  private static final int NORMAL_CLOSURE = 1000;
  private static final int FRAME = 16 << 10;
  private static final byte INPUT = 0;
  private static final int OUTPUT = 1;
  private static final int ERRORS = 2;
  private static final int STATUS = 3;

  private final KubernetesClient client;
  private final HttpClient once;
  private final String namespace;

  KeeperExec(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    // Whoever asks knows whether and when to ask again.
    this.once =
        client
            .getHttpClient()
            .newBuilder()
            .tag(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  /** Keeps the beginning of what is written to it. */
  private static final class Beginning extends ByteArrayOutputStream {
    void take(ByteBuffer bytes) {
      byte[] part = new byte[Math.min(bytes.remaining(), MOST_BYTES - size())];
      bytes.get(part);
      writeBytes(part);
    }

    String text() {
      return toString(UTF_8);
    }
  }

  /** One run of a program. Its output may come after its exit code, and is whole at the close. */
  private final class Run implements WebSocket.Listener {
    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final String program;
    private final byte[] input;
    private final Beginning out = new Beginning();
    private final Beginning errors = new Beginning();
    private final Beginning status = new Beginning();

    Run(String program, byte[] input) {
      this.program = program;
      this.input = input;
    }

    @Override
    public void onOpen(WebSocket socket) {
      for (int at = 0; at < input.length; at += FRAME) {
        int length = Math.min(FRAME, input.length - at);
        ByteBuffer frame = ByteBuffer.allocate(length + 1);
        frame.put(INPUT).put(input, at, length).flip();
        socket.send(frame);
      }
    }

    @Override
    public void onMessage(WebSocket socket, ByteBuffer bytes) {
      if (bytes.hasRemaining()) {
        switch (bytes.get()) {
          case OUTPUT -> out.take(bytes);
          case ERRORS -> errors.take(bytes);
          case STATUS -> status.take(bytes);
          default -> {}
        }
      }
      socket.request();
    }

    @Override
    public void onError(WebSocket socket, Throwable fault) {
      answer.completeExceptionally(untold(fault));
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      String end = status.text();
      if (end.isEmpty()) {
        answer.completeExceptionally(untold("closed with " + code + " " + reason));
        return;
      }
      Status told = client.getKubernetesSerialization().unmarshal(end, Status.class);
      if ("Success".equals(told.getStatus())) {
        answer.complete(out.text());
      } else {
        answer.completeExceptionally(
            new IOException(
                "%s ended with %s: %s".formatted(program, code(told), errors.text().strip())));
      }
    }
  }

  /**
   * A run of a program that is answered line by line. What comes is taken once what came before is
   * answered, so that neither side can make the other keep more than a line and a frame.
   */
  private static final class Talk implements WebSocket.Listener {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final UnaryOperator<String> answers;
    private final Executor executor;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    Talk(UnaryOperator<String> answers, Executor executor) {
      this.answers = answers;
      this.executor = executor;
    }

    @Override
    public void onMessage(WebSocket socket, ByteBuffer bytes) {
      if (!bytes.hasRemaining() || bytes.get() != OUTPUT) {
        socket.request();
        return;
      }
      try {
        executor.execute(() -> answer(socket, bytes));
      } catch (RejectedExecutionException e) {
        end.completeExceptionally(untold(e));
      }
    }

    private void answer(WebSocket socket, ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        byte one = bytes.get();
        if (one != '\n') {
          line.write(one);
        } else {
          String said = answers.apply(line.toString(UTF_8));
          line.reset();
          byte[] text = (said + "\n").getBytes(UTF_8);
          socket.send(ByteBuffer.allocate(text.length + 1).put(INPUT).put(text).flip());
        }
      }
      if (line.size() > FRAME) {
        end.completeExceptionally(untold("it says more than a line may have"));
      } else {
        socket.request();
      }
    }

    @Override
    public void onError(WebSocket socket, Throwable fault) {
      end.completeExceptionally(untold(fault));
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      end.complete(null);
    }
  }

  /**
   * Runs a program in a container of a pod and answers each line that it writes by one. It is over
   * when the program ends, when it fails, or when whoever began it completes what is returned.
   *
   * @param executor runs {@code answers}, one line after the other
   */
  CompletableFuture<Void> talk(
      String pod,
      String container,
      List<String> command,
      UnaryOperator<String> answers,
      Executor executor) {
    Talk talk = new Talk(answers, executor);
    CompletableFuture<WebSocket> socket =
        once.newWebSocketBuilder()
            .subprotocol(PROTOCOL)
            .uri(uri(pod, container, command, true))
            .buildAsync(talk)
            .whenComplete(
                (opened, fault) -> {
                  if (fault != null) {
                    talk.end.completeExceptionally(untold(fault));
                  }
                });
    return talk.end.whenComplete((none, fault) -> close(socket));
  }

  private static String code(Status status) {
    return Stream.ofNullable(status.getDetails())
        .flatMap(details -> Stream.ofNullable(details.getCauses()))
        .flatMap(List::stream)
        .filter(cause -> "ExitCode".equals(cause.getReason()))
        .map(StatusCause::getMessage)
        .map(code -> "code " + code)
        .findFirst()
        .orElse(String.valueOf(status.getMessage()));
  }

  private static IOException untold(Object why) {
    String words = "the keeper cannot be talked to: " + why;
    return why instanceof Throwable cause ? new IOException(words, cause) : new IOException(words);
  }

  /**
   * Runs a program in the keeper's container. Answers what it wrote; fails with an {@link
   * IOException} where it cannot be run, does not end in time, or ends with another code than 0.
   */
  CompletableFuture<String> run(String pod, Duration most, List<String> command) {
    return run(pod, most, command, new byte[0]);
  }

  /** Gives a keeper that waits for its instance the texts of one. */
  CompletableFuture<String> give(String pod, Map<String, String> texts) {
    List<String> command = new ArrayList<>(List.of("/agent/adopt", PodPaths.START, PodPaths.ORDER));
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    for (String name : List.of("environment", "first", "again", "order")) {
      byte[] text = texts.get(name).getBytes(UTF_8);
      command.add(Integer.toString(text.length));
      input.writeBytes(text);
    }
    return run(pod, DELIVERY, command, input.toByteArray());
  }

  /** The same, with an input; its end is not told, so the program must know its length. */
  CompletableFuture<String> run(String pod, Duration most, List<String> command, byte[] input) {
    Run run = new Run(command.get(0), input);
    CompletableFuture<WebSocket> socket =
        once.newWebSocketBuilder()
            .subprotocol(PROTOCOL)
            .uri(uri(pod, PodNames.KEEPER, command, input.length > 0))
            .buildAsync(run)
            .whenComplete(
                (opened, fault) -> {
                  if (fault != null) {
                    run.answer.completeExceptionally(untold(fault));
                  }
                });
    return run.answer
        .orTimeout(most.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((text, fault) -> close(socket));
  }

  private URI uri(String pod, String container, List<String> command, boolean input) {
    String words =
        command.stream()
            .map(word -> "&command=" + URLEncoder.encode(word, UTF_8).replace("+", "%20"))
            .collect(Collectors.joining());
    return URI.create(
        "%sapi/v1/namespaces/%s/pods/%s/exec?container=%s&stdin=%s&stdout=true&stderr=true%s"
            .formatted(client.getMasterUrl(), namespace, pod, container, input, words));
  }

  private static void close(CompletableFuture<WebSocket> socket) {
    CompletableFuture<Void> unused =
        socket.thenAccept(opened -> opened.sendClose(NORMAL_CLOSURE, "done"));
  }
}
