// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What may be done about a failure, by its words. */
public final class Advice {
  private static final Map<String, String> BY_WORDS = new LinkedHashMap<>();

  static {
    BY_WORDS.put(
        "out of memory", "Choose a class with more memory, or have the workspace use less.");
    BY_WORDS.put("evicted", "Choose a class with more storage, or delete what is not needed.");
    BY_WORDS.put("rejected by the node", "Ask an operator to look at the room on the nodes.");
    BY_WORDS.put(
        "node of the instance", "Start the workspace again: it goes on from its last backup.");
    BY_WORDS.put(
        "secret",
        "See that the secret exists under the name and key that the environment refers to.");
    BY_WORDS.put(
        "authentication", "See that the credentials of the request are right and not expired.");
    BY_WORDS.put("could not read username", "Give credentials for the repository.");
    BY_WORDS.put(
        "not found", "See that the address is right, and that its reader may see what is there.");
    BY_WORDS.put(
        "could not resolve",
        "See that the host's name is right and that the manager can resolve it.");
    BY_WORDS.put(
        "digest", "See that the digest belongs to the file: it has changed, or is another.");
    BY_WORDS.put("no space left", "Make room where the content is kept.");
    BY_WORDS.put(
        "content initialization failed",
        "See that the initializer's addresses can be reached from the manager.");
    BY_WORDS.put(
        "backup failed",
        "Look at the content store; what could not be saved is kept and tried again.");
    BY_WORDS.put("image", "See that the image exists and may be pulled from the nodes.");
    BY_WORDS.put("exited with code", "Look at the output of the workspace for its last words.");
    BY_WORDS.put("ended by signal", "Look at the output of the workspace for its last words.");
    BY_WORDS.put("took longer than", "Give it more time, or mark it active while it is used.");
  }

  private Advice() {}

  /** Advice on a failure; empty when there is none to give. */
  public static String on(String failure) {
    String lower = failure.toLowerCase(Locale.ROOT);
    return BY_WORDS.entrySet().stream()
        .filter(entry -> lower.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }
}
