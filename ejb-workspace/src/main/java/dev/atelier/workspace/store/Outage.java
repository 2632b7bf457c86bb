// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a database can be used, and the words that say why not. What is not the fault of a single
 * change begins an outage, and only a change that was made ends it. It is told in one warning a
 * minute at most, however many callers run into it.
 */
final class Outage {
  private static final Logger LOG = System.getLogger(Outage.class.getName());

  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  /** With less than this a file system counts as full, in whatever language it says so. */
  private static final long NOTHING = 1L << 16;

  /** Codes of H2: input and output, closed, cannot be opened, damaged. */
  private static final Set<Integer> H2_FILE = Set.of(90028, 90031, 90098, 90121, 90020, 90030);

  private static final String DISK_FULL = "53100";
  private static final String H2_OUT_OF_MEMORY = "90108";

  private final String what;
  private final Optional<Path> folder;
  private final InstantSource clock;
  private volatile Optional<String> problem = Optional.empty();
  private String detail = "";
  private Instant began = Instant.MIN;
  private Instant warned = Instant.MIN;
  private boolean told;
  private Runnable beginning = () -> {};

  /**
   * None yet.
   *
   * @param what the database is for, such as "the store of workspaces"
   * @param folder of its files, where this machine has them
   */
  Outage(String what, Optional<Path> folder, InstantSource clock) {
    this.what = what;
    this.folder = folder;
    this.clock = clock;
  }

  /** Has {@code listener} called when one begins; it never waits and never throws. */
  synchronized void onBeginning(Runnable listener) {
    beginning = listener;
  }

  /** Why it cannot be used, without a name of another machine; empty while it can. */
  Optional<String> problem() {
    return problem;
  }

  /** Takes note of a fault; answers what it says of the database, if it is not about one change. */
  Optional<String> note(Throwable fault) {
    Optional<String> words = words(fault);
    words.ifPresent(text -> begin(text, innermost(chain(fault))));
    return words;
  }

  /** Begins one because of {@link #full}, before anybody was refused for it. */
  void noteFull() {
    begin(noSpace(), "nothing can be written");
  }

  /** What a fault says of the database, if it is not about one change. */
  Optional<String> words(Throwable fault) {
    return words(chain(fault));
  }

  private synchronized void begin(String words, String cause) {
    if (problem.isEmpty()) {
      began = clock.instant();
      beginning.run();
    }
    detail = cause;
    problem = Optional.of(words);
    remind();
  }

  /** Warns again, where the last time was a minute ago and it lasts. */
  synchronized void remind() {
    Instant now = clock.instant();
    if (problem.isPresent()
        && (warned.equals(Instant.MIN) || !now.isBefore(warned.plus(BETWEEN_WARNINGS)))) {
      warned = now;
      told = true;
      LOG.log(
          Level.WARNING,
          "{0} is out of reach: {1} ({2}); what is asked of it is refused until it is well again",
          what,
          problem.get(),
          detail);
    }
  }

  /** A change was made: it is over, if there was one; answers whether there was. */
  synchronized boolean end() {
    if (problem.isEmpty()) {
      return false;
    }
    problem = Optional.empty();
    if (told) {
      told = false;
      Duration lasted = Duration.between(began, clock.instant());
      LOG.log(Level.INFO, "{0} is well again after {1} s", what, lasted.toSeconds());
    }
    return true;
  }

  private Optional<String> words(List<Throwable> chain) {
    for (Throwable one : chain) {
      String message = String.valueOf(one.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("no space left") || message.contains("quota exceeded")) {
        return Optional.of(noSpace());
      }
    }
    for (Throwable one : chain) {
      if (one instanceof SQLException sql) {
        Optional<String> words = words(sql);
        if (words.isPresent()) {
          return words;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> words(SQLException fault) {
    String state = String.valueOf(fault.getSQLState());
    if (state.equals(DISK_FULL)) {
      return Optional.of(noSpace());
    }
    if (folder.isPresent()) {
      boolean file =
          H2_FILE.contains(fault.getErrorCode())
              || state.startsWith("08")
              || state.equals(H2_OUT_OF_MEMORY);
      return file
          ? Optional.of(full() ? noSpace() : "the files in " + folder.get() + " cannot be used")
          : Optional.empty();
    }
    // Connections, resources, an operator or the system that intervened, rights, a missing database
    boolean away =
        List.of("08", "53", "57P", "58", "28", "3D", "25006").stream().anyMatch(state::startsWith);
    return away ? Optional.of("its database does not answer") : Optional.empty();
  }

  private String noSpace() {
    return folder
        .map(path -> "no space left in " + path)
        .orElse("no space left where its database is");
  }

  /** Whether nothing can be written where its files are. */
  boolean full() {
    try {
      return folder.isPresent() && Files.getFileStore(folder.get()).getUsableSpace() < NOTHING;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the space in " + folder + " is not known", e);
      return false;
    }
  }

  /** What the driver says of a fault: the innermost words of its own, which name the file. */
  static String detail(Throwable fault) {
    List<Throwable> chain = chain(fault);
    List<Throwable> own = chain.stream().filter(SQLException.class::isInstance).toList();
    return innermost(own.isEmpty() ? chain : own);
  }

  private static List<Throwable> chain(Throwable fault) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable one = fault; one != null && !chain.contains(one); one = one.getCause()) {
      chain.add(one);
    }
    return chain;
  }

  /** The first line of what the driver says, which never holds a password. */
  private static String innermost(List<Throwable> chain) {
    Throwable last = chain.get(chain.size() - 1);
    String message = last.getMessage() == null ? last.toString() : last.getMessage();
    return message.lines().findFirst().orElse("");
  }
}
