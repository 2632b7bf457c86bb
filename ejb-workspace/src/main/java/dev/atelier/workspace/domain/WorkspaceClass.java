// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Duration;

/**
 * A size of instance.
 *
 * @param id names it in requests; never empty
 * @param displayName for people; never empty
 * @param description for people; never empty
 * @param creditsPerMinute what a minute costs; not negative
 * @param resources what an instance of it gets
 * @param backupInterval least time between two live backups of an instance; zero: none are made
 */
public record WorkspaceClass(
    String id,
    String displayName,
    String description,
    float creditsPerMinute,
    Resources resources,
    Duration backupInterval) {

  /**
   * What an instance gets.
   *
   * @param cpuMillis requested CPU in thousandths of a core; at least 1
   * @param cpuLimitMillis most CPU in thousandths of a core; 0: no limit
   * @param memoryBytes requested memory in bytes; at least 1
   * @param memoryLimitBytes most memory in bytes; 0: no limit
   * @param processes most processes and threads; 0: no limit
   * @param storageBytes most bytes of content; 0: no limit
   */
  public record Resources(
      int cpuMillis,
      int cpuLimitMillis,
      long memoryBytes,
      long memoryLimitBytes,
      int processes,
      long storageBytes) {}
}
