package dev.atelier.workspace.store;

import dev.atelier.workspace.config.Settings;

/**
 * Which database the store is in.
 *
 * @param url {@code jdbc:postgresql:...}; empty: an H2 file in the data folder
 * @param username for {@code url}; empty: the driver's default
 * @param password for {@code url}; may be empty
 * @param poolSize connections at most, 1 to 100
 */
record StoreSettings(String url, String username, String password, int poolSize) {
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final int DEFAULT_POOL_SIZE = 8;

  /** An H2 file in the data folder. */
  static final StoreSettings DEFAULT = new StoreSettings("", "", "", DEFAULT_POOL_SIZE);

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  static StoreSettings from(Settings settings) {
    StoreSettings read =
        new StoreSettings(
            settings.text("atelier.store.url", ""),
            settings.text("atelier.store.username", ""),
            settings.text("atelier.store.password", ""),
            settings.number("atelier.store.pool-size", DEFAULT_POOL_SIZE, 1, 100));
    if (!read.url.isEmpty() && !read.url.startsWith(POSTGRESQL)) {
      // Not shown whole: it may hold a password.
      settings.fault(
          "atelier.store.url", read.url.replaceFirst("(?<=.{12}).*", "..."), POSTGRESQL + "...");
    }
    if (read.url.isEmpty() && !(read.username.isEmpty() && read.password.isEmpty())) {
      settings.fault("atelier.store.url", "", "set, since atelier.store.username or .password is");
    }
    settings.throwIfAny();
    return read;
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
