// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.ledger;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.config.Settings;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import org.eclipse.microprofile.config.Config;

/** Hands out the ledger and who reads it, as {@code atelier.ledger.*} says. */
@ApplicationScoped
public class LedgerProducer {
  private static final Logger LOG = System.getLogger(LedgerProducer.class.getName());

  @Resource private ManagedThreadFactory threads;

  @Produces
  @Singleton
  Ledger ledger(Config config, DataFolder folder) {
    LedgerSettings settings = LedgerSettings.from(new Settings(config));
    LOG.log(
        Level.INFO,
        "the ledger is in: {0}, kept for {1} days, usage for {2}",
        settings.database(),
        settings.retention().toDays(),
        settings.usageRetention().toDays());
    if (!settings.alone()) {
      LOG.log(
          Level.WARNING,
          "the ledger is in a file of this replica: with several replicas each has its own"
              + " timeline, audit log and usage. Name a PostgreSQL with atelier.ledger.url");
    }
    return new Ledger(new LedgerDatabase(settings, folder), threads);
  }

  static void close(@Disposes Ledger ledger) {
    ledger.close();
  }

  @Produces
  @Singleton
  static AuditWriter writer(Ledger ledger, InstantSource clock) {
    return new AuditWriter(ledger, clock);
  }

  @Produces
  @Singleton
  static AuditTrail trail(Ledger ledger) {
    return new AuditTrail(ledger.database());
  }

  @Produces
  @Singleton
  static Timeline timeline(Ledger ledger) {
    return new Timeline(ledger.database());
  }

  @Produces
  @Singleton
  static StartHistory starts(Ledger ledger, InstantSource clock) {
    return new StartHistory(ledger.database(), clock);
  }

  @Produces
  @Singleton
  static Usage usage(Ledger ledger, InstantSource clock) {
    return new Usage(ledger.database(), clock);
  }
}
