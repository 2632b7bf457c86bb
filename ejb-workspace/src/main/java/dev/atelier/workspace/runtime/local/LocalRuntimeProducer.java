// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.CoreSettings;
import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.Workers;
import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.content.backup.Backups;
import dev.atelier.workspace.content.initializer.ContentInitialization;
import dev.atelier.workspace.reconcile.Snapshots;
import dev.atelier.workspace.store.WorkspaceStore;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.Config;

/** Hands out the one {@link LocalRuntime}, as {@code atelier.local.*} wants it. */
@ApplicationScoped
public class LocalRuntimeProducer {
  /** Beside those that initialize: they launch, end, look and measure. */
  private static final int OTHER_WORKERS = 16 + InstanceStart.PROBES;

  @Resource private ManagedThreadFactory threads;

  @Produces
  @Singleton
  @Typed(LocalRuntime.class)
  LocalRuntime runtime(
      Config config,
      DataFolder data,
      WorkspaceStore store,
      CoreSettings core,
      ContentInitialization content,
      Backups backups,
      Snapshots snapshots,
      InstantSource clock)
      throws IOException {
    requireUnicodeNames(System.getProperty("sun.jnu.encoding", ""));
    Settings settings = new Settings(config);
    LocalRuntimeSettings local = LocalRuntimeSettings.from(settings);
    Workers workers =
        Workers.over(threads, local.initializations() + local.saves() + OTHER_WORKERS);
    return new LocalRuntime(
        data.root(),
        local,
        Machine.find(local, data.root()),
        store,
        core.classes()::get,
        new StoredInstanceContent(content, backups),
        snapshots::settled,
        workers,
        Executors.newSingleThreadScheduledExecutor(threads),
        threads,
        clock,
        Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
  }

  /** Names of branches and folders are given to programs in the locale's encoding. */
  static void requireUnicodeNames(String encoding) {
    if (!encoding.equalsIgnoreCase("UTF-8") && !encoding.equalsIgnoreCase("UTF8")) {
      throw new IllegalStateException(
          "the locale of this process has file names in "
              + encoding
              + ", in which not every branch, folder and file of a workspace can be named; set the"
              + " environment variable LC_ALL=C.UTF-8");
    }
  }

  void close(@Disposes LocalRuntime runtime) throws IOException {
    runtime.close();
  }
}
