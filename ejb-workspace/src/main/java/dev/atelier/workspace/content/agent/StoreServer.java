// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import dev.atelier.workspace.content.backup.ContentGrant;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.store.ContentStore;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.Grant;
import dev.atelier.workspace.content.store.ObjectServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Has a folder store in the place of a pod's keeper, and does for it what is granted.
 *
 * <pre>
 * StoreServer FOLDER SOCKET LABELS SIGNATURES
 * </pre>
 *
 * <p>FOLDER is the store, SOCKET where the keeper asks ({@link ObjectServer}), LABELS the file with
 * the pod's labels, as a volume has them: what they say whose the content is is granted without
 * asking, so that it is saved whoever else is there. SIGNATURES is the socket to which a manager
 * comes, which is asked about all else ({@link Signatures}). Ends when it cannot serve any more.
 */
public final class StoreServer {
  private static final int MISUSED = 64;

  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final String LABEL = "workspace.atelier.dev/";

  /** What needs no escape in it is all that these labels can be. */
  private static final Pattern LINE =
      Pattern.compile(
          "^" + Pattern.quote(LABEL) + "([a-z-]+)=\"([^\"\\\\]*)\"$", Pattern.MULTILINE);

  private StoreServer() {}

  /** Serves for as long as the process is. */
  public static void main(String... arguments) throws IOException, InterruptedException {
    if (arguments.length != 4) {
      System.err.println("usage: StoreServer FOLDER SOCKET LABELS SIGNATURES");
      System.exit(MISUSED);
    }
    Path labels = Path.of(arguments[2]);
    Grant own = (act, name) -> grant(labels).map(one -> one.covers(act, name)).orElse(false);
    try (ContentStore store = open(Path.of(arguments[0]));
        Signatures signatures = new Signatures(Path.of(arguments[3]));
        ObjectServer server = new ObjectServer(store, Path.of(arguments[1]), own, signatures)) {
      sweep(store);
      server.serve();
    }
  }

  /** A folder that is away, or not its user's, is waited for: the keeper waits as well. */
  private static ContentStore open(Path folder) throws InterruptedException {
    while (true) {
      try {
        return ContentStoreSettings.in(folder).open(InstantSource.system(), Thread::new);
      } catch (IOException e) {
        System.out.println("store: it is waited for: " + e.getMessage());
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      }
    }
  }

  /** What killed servers left. */
  private static void sweep(ContentStore store) {
    try {
      store.sweep();
    } catch (IOException e) {
      System.out.println("store: what is left of uploads stays: " + e.getMessage());
    }
  }

  /** What an instance may do by the labels of its pod alone; empty: there is no instance yet. */
  static Optional<ContentGrant> grant(Path labels) {
    try {
      Map<String, String> found = new HashMap<>();
      Matcher lines = LINE.matcher(Files.readString(labels, StandardCharsets.UTF_8));
      while (lines.find()) {
        found.put(lines.group(1), lines.group(2));
      }
      if (!found.keySet().containsAll(Set.of("owner", "meta-id", "instance"))) {
        return Optional.empty();
      }
      return Optional.of(
          new ContentGrant(
              new WorkspaceKey(found.get("owner"), found.get("meta-id")),
              found.get("instance"),
              Set.of(),
              Set.of()));
    } catch (IOException | IllegalArgumentException e) {
      System.out.println("store: the pod's labels cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }
}
