// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.DataFolder;
import dev.atelier.workspace.config.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.eclipse.microprofile.config.ConfigProvider;

/** Hands out the one {@link JpaWorkspaceStore}, as {@code atelier.store.*} says. */
@ApplicationScoped
public class WorkspaceStoreProducer {
  private static final Logger LOG = System.getLogger(WorkspaceStoreProducer.class.getName());

  @Produces
  @Singleton
  @Typed(JpaWorkspaceStore.class)
  JpaWorkspaceStore store(DataFolder folder) {
    StoreSettings settings =
        StoreSettings.from(
            new Settings(ConfigProvider.getConfig(WorkspaceStoreProducer.class.getClassLoader())));
    JpaWorkspaceStore store = JpaWorkspaceStore.open(settings, folder);
    LOG.log(
        Level.INFO, "workspaces are stored in: {0}, pool of {1}", settings, settings.poolSize());
    return store;
  }

  void close(@Disposes JpaWorkspaceStore store) {
    store.close();
  }
}
