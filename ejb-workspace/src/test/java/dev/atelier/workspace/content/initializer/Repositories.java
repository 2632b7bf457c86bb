// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes repositories for a {@link GitServer} with the git program. */
public final class Repositories {
  private final Path served;
  private final Path work;

  /** Below a folder. */
  public Repositories(Path parent) throws IOException {
    served = Files.createDirectories(parent.resolve("served"));
    work = Files.createDirectories(parent.resolve("work"));
  }

  /** What a server is to serve. */
  public Path served() {
    return served;
  }

  /** An empty repository whose head is on {@code branch}, and a checkout of it to work in. */
  Path empty(String name, String branch) throws IOException, InterruptedException {
    git(served, "init", "--quiet", "--bare", "-b", branch, name);
    Path checkout = work.resolve(name);
    git(work, "clone", "--quiet", served.resolve(name).toString(), name);
    return checkout;
  }

  /** A repository with a README on main and two commits. */
  public Path simple(String name) throws IOException, InterruptedException {
    Path checkout = empty(name, "main");
    commit(checkout, Map.of("README.md", "one\n"), "First");
    commit(checkout, Map.of("README.md", "two\n", "src/a.txt", "a\n"), "Second");
    push(checkout, "main");
    return checkout;
  }

  void commit(Path checkout, Map<String, String> files, String subject)
      throws IOException, InterruptedException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = checkout.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue(), UTF_8);
    }
    git(checkout, "add", "--all");
    git(checkout, "commit", "--quiet", "-m", subject);
  }

  void push(Path checkout, String branch) throws IOException, InterruptedException {
    git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/" + branch);
  }

  /** Runs git as the author of everything; answers what it says. */
  static String git(Path folder, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "git",
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@example.org",
                "-c",
                "protocol.file.allow=always",
                "-c",
                "safe.directory=*"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output.strip();
  }
}
