// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.Optional;

/**
 * What is kept, by the number of its format. What carries none has number 1. A number is raised
 * only by what a version before must not touch; what it may ignore is added without, and written
 * back by those who do not know it.
 */
public enum Format {
  /** The layout of the data folder, with those of its files that belong to no record. */
  DATA_FOLDER(
      1,
      "start the newer version again, or give this one a folder of its own with"
          + " atelier.data.directory"),
  /** The schema of the database of instances. */
  STORE(1, "start the newer version again, or put back the database from before its upgrade"),
  /** The schema of the database of the ledger. */
  LEDGER(1, "start the newer version again, or put back the database from before its upgrade"),
  /** What is recorded of one instance, with its secrets and its files. */
  INSTANCE(1, "it is left as it is, for managers of the newer version"),
  /** What is recorded of one snapshot. */
  SNAPSHOT(1, "it is left as it is, for managers of the newer version"),
  /** What tells of content that could not be saved. */
  UNSAVED(1, "it is left as it is, for managers of the newer version"),
  /** One backup or snapshot in the content store: its description and its archive. */
  CONTENT(1, "restore it with the newer version"),
  /** What a manager asks of the agent in a pod. */
  ORDER(1, "give the pods an agent's image of the manager's version");

  /** What a number is called in a record that has names. */
  public static final String FIELD = "format";

  private final int number;
  private final String advice;

  Format(int number, String advice) {
    this.number = number;
    this.advice = advice;
  }

  /** What this version writes, and the newest that it reads. */
  public int number() {
    return number;
  }

  /**
   * Why something cannot be read here, and what to do; empty when it can.
   *
   * @param what begins the sentence, such as {@code the record of instance a}
   * @param found its number
   */
  public Optional<String> refusal(String what, long found) {
    return found <= number
        ? Optional.empty()
        : Optional.of(
            "%s has format %d, which a newer version of Atelier has written; this version reads"
                    .formatted(what, found)
                + " formats up to %d: %s".formatted(number, advice));
  }
}
