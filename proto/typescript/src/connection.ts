// SPDX-License-Identifier: Apache-2.0
import type { ChannelOptions } from "@grpc/grpc-js";

/**
 * For channels that are to carry a watch: a dead one is noticed in 30 s, a new one is tried every 5 s at least, and
 * messages may have 64 MiB.
 */
export const channelOptions: ChannelOptions = {
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 5_000,
  "grpc.max_receive_message_length": 64 << 20,
};
