// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.store.StoreSettings;
import java.time.Duration;

/**
 * Where the ledger is and how long it is kept.
 *
 * @param database which one
 * @param retention of the timeline and the audit log, at least a day
 * @param usageRetention of usage, at least a day
 * @param alone whether this manager can be the only one that writes it: then one in a file is whole
 */
public record LedgerSettings(
    StoreSettings database, Duration retention, Duration usageRetention, boolean alone) {
  private static final String PREFIX = "atelier.ledger.";
  private static final int CONNECTIONS = 3;
  private static final int LONGEST = 36_500;

  /**
   * Reads them; where nothing is said of the database, it is the store's.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  public static LedgerSettings from(Settings settings) {
    boolean local = settings.text("atelier.runtime", "local").equals("local");
    String prefix = settings.text(PREFIX + "url").isPresent() ? PREFIX : "atelier.store.";
    StoreSettings named = StoreSettings.from(settings, prefix, CONNECTIONS);
    LedgerSettings read =
        new LedgerSettings(
            new StoreSettings(
                named.url(),
                named.username(),
                named.password(),
                settings.number(PREFIX + "pool-size", CONNECTIONS, 2, 100)),
            Duration.ofDays(settings.number(PREFIX + "retention-days", 90, 1, LONGEST)),
            Duration.ofDays(settings.number(PREFIX + "usage-retention-days", 400, 1, LONGEST)),
            local || named.postgresql());
    settings.throwIfAny();
    return read;
  }
}
