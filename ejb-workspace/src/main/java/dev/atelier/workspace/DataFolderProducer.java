package dev.atelier.workspace;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Hands out the one {@link DataFolder}, named by {@code atelier.data}. */
@ApplicationScoped
public class DataFolderProducer {
  private static final String DEFAULT = "./atelier-data";

  @Produces
  @Singleton
  DataFolder dataFolder() {
    Config config = ConfigProvider.getConfig(DataFolderProducer.class.getClassLoader());
    return new DataFolder(
        Path.of(config.getOptionalValue("atelier.data", String.class).orElse(DEFAULT)));
  }

  void release(@Disposes DataFolder folder) {
    folder.close();
  }
}
