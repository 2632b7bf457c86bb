// SPDX-License-Identifier: Apache-2.0
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
public record StoreSettings(String url, String username, String password, int poolSize) {
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final int DEFAULT_POOL_SIZE = 8;

  /** An H2 file in the data folder. */
  public static final StoreSettings DEFAULT = new StoreSettings("", "", "", DEFAULT_POOL_SIZE);

  /**
   * Reads those of the store.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  public static StoreSettings from(Settings settings) {
    return from(settings, "atelier.store.", DEFAULT_POOL_SIZE);
  }

  /**
   * Reads them.
   *
   * @param prefix of their keys, with the last dot
   * @param poolSize where nothing is said
   * @throws IllegalArgumentException with everything that is wrong
   */
  public static StoreSettings from(Settings settings, String prefix, int poolSize) {
    StoreSettings read =
        new StoreSettings(
            settings.text(prefix + "url", ""),
            settings.text(prefix + "username", ""),
            settings.text(prefix + "password", ""),
            settings.number(prefix + "pool-size", poolSize, 1, 100));
    if (!read.url.isEmpty() && !read.url.startsWith(POSTGRESQL)) {
      // Not shown whole: it may hold a password.
      settings.fault(
          prefix + "url", read.url.replaceFirst("(?<=.{12}).*", "..."), POSTGRESQL + "...");
    }
    if (read.url.isEmpty() && !(read.username.isEmpty() && read.password.isEmpty())) {
      settings.fault(prefix + "url", "", "set, since " + prefix + "username or .password is");
    }
    settings.throwIfAny();
    return read;
  }

  /** Whether it is PostgreSQL. */
  public boolean postgresql() {
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
