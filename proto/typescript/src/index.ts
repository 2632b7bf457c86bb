// SPDX-License-Identifier: Apache-2.0
export { channelOptions } from "./connection.js";
export { startAndWait, StartFailed, StartTimedOut, type StartOptions } from "./start.js";
export { watch, type WatchOptions } from "./watch.js";
