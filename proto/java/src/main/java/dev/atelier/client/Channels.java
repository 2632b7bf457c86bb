// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What a channel that carries a {@link Watch} should be made with. */
public final class Channels {
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);
  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

  /** Room for lists of many instances. */
  private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  private Channels() {}

  /**
   * Lets {@code builder}'s channel notice a dead connection within 30 s, and take messages of up to
   * 64 MiB.
   *
   * @return {@code builder}
   */
  public static ManagedChannelBuilder<?> prepare(ManagedChannelBuilder<?> builder) {
    return builder
        .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES);
  }
}
