// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Accepts so many connections at the same time, and closes every further one before it costs a
 * buffer: gRPC has no bound of its own.
 */
final class BoundedServerChannel extends NioServerSocketChannel {
  private static final Logger LOG = System.getLogger(BoundedServerChannel.class.getName());

  private final int most;
  private final Consumer<Channel> told;
  private final AtomicInteger open = new AtomicInteger();

  /** Whether it was said that there are too many, since there were few enough. */
  private boolean said;

  /**
   * Not bound yet.
   *
   * @param accepted told of each connection
   */
  BoundedServerChannel(int most, Consumer<Channel> accepted) {
    this.most = most;
    this.told = accepted;
  }

  /** Called by one thread alone, with at most one connection at a time. */
  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int before = accepted.size();
    int read = super.doReadMessages(accepted);
    if (accepted.size() == before) {
      return read;
    }
    Channel connection = (Channel) accepted.get(before);
    if (open.get() < most) {
      said = false;
      open.incrementAndGet();
      ChannelFuture unused = connection.closeFuture().addListener(closed -> open.decrementAndGet());
      told.accept(connection);
      return read;
    }
    accepted.remove(before);
    connection.unsafe().closeForcibly();
    if (!said) {
      said = true;
      LOG.log(
          Level.WARNING,
          "gRPC refuses connections: {0} are open, the most that atelier.grpc.connections allows",
          most);
    }
    return read;
  }
}
