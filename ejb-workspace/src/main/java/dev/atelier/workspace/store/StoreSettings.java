package dev.atelier.workspace.store;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/**
 * Which database the store is in.
 *
 * @param url {@code jdbc:postgresql:...}; empty: an H2 file in the data folder
 * @param username for {@code url}; empty: the driver's default
 * @param password for {@code url}; may be empty
 * @param poolSize connections at most, 1 to 100
 */
record StoreSettings(String url, String username, String password, int poolSize) {
  static final int DEFAULT_POOL_SIZE = 8;

  /** An H2 file in the data folder. */
  static final StoreSettings DEFAULT = new StoreSettings("", "", "", DEFAULT_POOL_SIZE);

  /** Refuses with all faults at once. */
  StoreSettings {
    List<String> faults = new ArrayList<>();
    if (!url.isEmpty() && !url.startsWith("jdbc:postgresql:")) {
      faults.add("atelier.store.url must begin with jdbc:postgresql: or be empty");
    }
    if (url.isEmpty() && !(username.isEmpty() && password.isEmpty())) {
      faults.add("atelier.store.username and .password need an atelier.store.url");
    }
    if (poolSize < 1 || poolSize > 100) {
      faults.add("atelier.store.pool-size must be 1 to 100, not " + poolSize);
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }

  static StoreSettings of(Config config) {
    return new StoreSettings(
        config.getOptionalValue("atelier.store.url", String.class).orElse(""),
        config.getOptionalValue("atelier.store.username", String.class).orElse(""),
        config.getOptionalValue("atelier.store.password", String.class).orElse(""),
        config
            .getOptionalValue("atelier.store.pool-size", Integer.class)
            .orElse(DEFAULT_POOL_SIZE));
  }

  /** Whether it is PostgreSQL. */
  boolean postgresql() {
    return !url.isEmpty();
  }

  @Override
  public String toString() {
    // A URL may hold a password among its parameters.
    return postgresql()
        ? "PostgreSQL " + url.replaceFirst("\\?.*", "")
        : "H2 file in the data folder";
  }
}
