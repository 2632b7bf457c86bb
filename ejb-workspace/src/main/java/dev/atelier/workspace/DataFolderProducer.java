// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.config.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.ConfigProvider;

/** Hands out the one {@link DataFolder}, named by {@code atelier.data.directory}. */
@ApplicationScoped
public class DataFolderProducer {
  private static final String DEFAULT = "./atelier-data";

  @Produces
  @Singleton
  DataFolder dataFolder() {
    Settings settings =
        new Settings(ConfigProvider.getConfig(DataFolderProducer.class.getClassLoader()));
    return new DataFolder(Path.of(settings.text("atelier.data.directory", DEFAULT)));
  }

  void release(@Disposes DataFolder folder) {
    folder.close();
  }
}
