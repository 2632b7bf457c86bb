export { channelOptions } from "./connection.js";
export { startAndWait, StartFailed, StartTimedOut, type StartOptions } from "./start.js";
export { watch, type WatchOptions } from "./watch.js";
