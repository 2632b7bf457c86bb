// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process that writes and never commits; its arguments are a folder, a socket, or an endpoint and
 * bucket.
 */
final class OpenUpload {
  private OpenUpload() {}

  /** Starts it; it says "written" then, and ends when it is killed. */
  static Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", System.getProperty("java.class.path")));
    command.add(OpenUpload.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder.redirectError(new File("/dev/null")).start();
  }

  /** Waits for the end of its input when all is written. */
  public static void main(String[] arguments) throws IOException {
    try (ContentStore store = store(arguments);
        ContentStore.Upload upload = store.begin("killed")) {
      upload.stream().write(ContentStoreContract.bytes(12_000_000, 1));
      System.out.println("written");
      if (System.in.read() >= 0) {
        throw new IllegalStateException("nobody says anything");
      }
    }
  }

  private static ContentStore store(String[] arguments) throws IOException {
    if (arguments.length == 1 && !Files.isDirectory(Path.of(arguments[0]))) {
      return new ServedContentStore(Path.of(arguments[0]));
    }
    if (arguments.length == 1) {
      return new FolderContentStore(Path.of(arguments[0]), InstantSource.system());
    }
    // Credentials come from the environment, by the AWS chain.
    return new S3ContentStore(
        bucket(URI.create(arguments[0]), arguments[1], arguments[2]),
        InstantSource.system(),
        Thread::new);
  }

  static Bucket bucket(URI endpoint, String name, String prefix) {
    return new Bucket(
        name,
        prefix,
        Optional.of(endpoint),
        "",
        true,
        Optional.empty(),
        true,
        ContentStoreContract.PART,
        2,
        3,
        Duration.ofSeconds(2),
        Duration.ofSeconds(20));
  }
}
