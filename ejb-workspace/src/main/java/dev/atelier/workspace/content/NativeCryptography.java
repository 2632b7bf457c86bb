// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import javax.crypto.Mac;

/**
 * Sums and ciphers by the processor's own instructions, where the library for them is made for this
 * machine, and by Java itself elsewhere. Java's first compiler, which starts a server in half the
 * time, does not use those instructions: SHA-256 takes 14 times as long without them, AES-GCM 30
 * times. The library is loaded at the first use.
 */
public final class NativeCryptography {
  private static final Logger LOG = System.getLogger(NativeCryptography.class.getName());

  private NativeCryptography() {}

  private static final class Loaded {
    /** Null where it cannot be loaded. */
    private static final Provider PROVIDER = load();

    private static Provider load() {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      Throwable fault = provider.getLoadingError();
      if (fault == null) {
        return provider;
      }
      LOG.log(Level.INFO, "checksums and TLS are left to Java itself, which is slower: " + fault);
      return null;
    }
  }

  /** A digest that nobody else uses. */
  public static MessageDigest sha256() {
    try {
      return Loaded.PROVIDER == null
          ? MessageDigest.getInstance("SHA-256")
          : MessageDigest.getInstance("SHA-256", Loaded.PROVIDER);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** An HMAC-SHA-256 that nobody else uses. */
  public static Mac hmacSha256() {
    try {
      return Loaded.PROVIDER == null
          ? Mac.getInstance("HmacSHA256")
          : Mac.getInstance("HmacSHA256", Loaded.PROVIDER);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
    }
  }

  /** Connections that are made from now on, anywhere in this process, use it. */
  public static void useForTls() {
    if (Loaded.PROVIDER != null) {
      AmazonCorrettoCryptoProvider.install();
    }
  }
}
