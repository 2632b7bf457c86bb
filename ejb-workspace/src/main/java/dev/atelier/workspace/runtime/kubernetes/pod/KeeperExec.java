package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Talks to the keepers of pods. */
final class KeeperExec {
  private static final int MOST_BYTES = 64 << 10;

  private final KubernetesClient client;
  private final String namespace;

  KeeperExec(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Keeps the beginning of what is written to it. */
  private static final class Beginning extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, Math.min(length, MOST_BYTES - size()));
    }

    @Override
    public synchronized void write(int one) {
      if (size() < MOST_BYTES) {
        super.write(one);
      }
    }
  }

  /**
   * Runs a program in the keeper's container. Answers what it wrote; fails with an {@link
   * IOException} where it cannot be run, does not end in time, or ends with another code than 0.
   */
  CompletableFuture<String> run(String pod, Duration most, String... command) {
    Beginning out = new Beginning();
    Beginning err = new Beginning();
    ExecWatch watch;
    try {
      watch =
          client
              .pods()
              .inNamespace(namespace)
              .withName(pod)
              .inContainer(PodNames.KEEPER)
              .writingOutput(out)
              .writingError(err)
              .exec(command);
    } catch (KubernetesClientException e) {
      return CompletableFuture.failedFuture(new IOException(e.getMessage(), e));
    }
    return watch
        .exitCode()
        .orTimeout(most.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (code, fault) -> {
              watch.close();
              if (fault != null) {
                throw new java.util.concurrent.CompletionException(
                    new IOException("the keeper cannot be talked to: " + fault, fault));
              }
              if (code != 0) {
                throw new java.util.concurrent.CompletionException(
                    new IOException(
                        "%s ended with code %d: %s"
                            .formatted(
                                command[0], code, err.toString(StandardCharsets.UTF_8).strip())));
              }
              return out.toString(StandardCharsets.UTF_8);
            });
  }
}
