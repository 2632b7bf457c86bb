package dev.atelier.web.console;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What to do about a failure. */
final class Advice {
  /** By words of the failure; the first one that fits is given. */
  private static final Map<String, String> BY_WORDS = new LinkedHashMap<>();

  static {
    BY_WORDS.put(
        "authentication", "Check that the repository is public, or start it with credentials.");
    BY_WORDS.put("not found", "Check the spelling of the repository, the branch and the image.");
    BY_WORDS.put(
        "could not resolve host", "Check the host's name, and that this machine can look it up.");
    BY_WORDS.put("no backup", "Start it from its repository: there is no backup to go on with.");
    BY_WORDS.put("snapshot", "Start it from another snapshot, or from its repository.");
    BY_WORDS.put("content initialization failed", "Check the repository's URL and the branch.");
    BY_WORDS.put("out of memory", "Start it again with a class that has more memory.");
    BY_WORDS.put("image", "Check the image's name, and that it may be pulled from here.");
    BY_WORDS.put("evicted", "Start it again; its last backup is where it goes on.");
    BY_WORDS.put("node", "Start it again; its last backup is where it goes on.");
    BY_WORDS.put(
        "backup failed",
        "Its content stays where it is until it can be saved: see stored content.");
    BY_WORDS.put("secret", "Create the secret that is named, then start it again.");
    BY_WORDS.put("exited with code", "Its output below says more; starting it again goes on.");
    BY_WORDS.put("ended by signal", "Its output below says more; starting it again goes on.");
  }

  private Advice() {}

  /** For people; empty where nothing helps that is known. */
  static String on(String failure) {
    String lower = failure.toLowerCase(Locale.ROOT);
    return BY_WORDS.entrySet().stream()
        .filter(entry -> lower.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }
}
