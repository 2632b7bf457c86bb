// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an image name stands for on this machine.
 *
 * @param name names it in the configuration
 * @param images which image names it is for, {@code *} standing for any characters; none: it is the
 *     default
 * @param command a line of shell; empty: the tasks of the workspace are run, and it stays up
 * @param environment comes before a workspace's own variables
 * @param readiness when it is ready
 * @param timeout how long it may take to be ready
 */
record LocalEntry(
    String name,
    List<String> images,
    Optional<String> command,
    Map<String, String> environment,
    Readiness readiness,
    Duration timeout) {

  /** Runs the tasks and stays up, for any image. */
  static final LocalEntry TASKS =
      new LocalEntry(
          "default",
          List.of(),
          Optional.empty(),
          Map.of(),
          new Readiness.AtOnce(),
          Duration.ofMinutes(5));

  LocalEntry {
    images = List.copyOf(images);
    environment = Map.copyOf(environment);
  }

  boolean matches(String image) {
    return images.stream().anyMatch(pattern -> pattern(pattern).matcher(image).matches());
  }

  private static Pattern pattern(String images) {
    return Pattern.compile(
        Arrays.stream(images.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }
}
