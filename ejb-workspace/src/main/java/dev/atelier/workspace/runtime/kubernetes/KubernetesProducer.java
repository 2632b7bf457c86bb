// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import dev.atelier.workspace.CoreSettings;
import dev.atelier.workspace.Workers;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.backup.StoredContent;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.reconcile.Snapshots;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.Config;

/** Hands out the one {@link KubernetesManager}, as {@code atelier.kubernetes.*} wants it. */
@ApplicationScoped
public class KubernetesProducer {
  /** They make, end and ask pods; each of them waits for the API server most of the time. */
  private static final int WORKERS = 32;

  @Resource private ManagedThreadFactory threads;

  @Produces
  @Singleton
  static KubernetesManager manager(Config config) throws WorkspaceFault, IOException {
    Settings settings = new Settings(config);
    KubernetesSettings read = KubernetesSettings.from(settings);
    settings.throwIfAny();
    String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    return KubernetesManager.open(read, host);
  }

  static void close(@Disposes KubernetesManager manager) {
    manager.close();
  }

  @Produces
  @Singleton
  KubernetesManager.Pods pods(
      Config config,
      KubernetesManager manager,
      CoreSettings core,
      Snapshots snapshots,
      StoredContent content,
      InstantSource clock)
      throws WorkspaceFault {
    return manager.pods(
        new Settings(config),
        core.classes()::get,
        snapshots::settled,
        content::mostContentBytes,
        Workers.over(threads, WORKERS),
        Executors.newSingleThreadScheduledExecutor(threads),
        clock);
  }

  static void close(@Disposes KubernetesManager.Pods pods) {
    pods.close();
  }
}
