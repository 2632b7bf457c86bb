// SPDX-License-Identifier: Apache-2.0

// What this does is the same in every language; CLIENTS.md, two folders above, says it in full.
import { setTimeout as sleep } from "node:timers/promises";
import { type CallOptions, type ClientUnaryCall, Metadata, type ServiceError, status as Code } from "@grpc/grpc-js";
import {
  type DescribeWorkspaceResponse,
  type GetWorkspacesResponse,
  MetadataFilter,
  type WorkspaceManagerClient,
  WorkspacePhase,
  WorkspaceStatus,
} from "./wire/core.js";

const firstPause = 100;
const longestPause = 5_000;
const probeTime = 10_000;
const stoppedKept = 100_000;
export const forgottenText = "forgotten by the manager while the connection was lost";

export interface WatchOptions {
  /** Ends the watch, without an error. */
  signal?: AbortSignal;
  /** Goes out with every call. */
  metadata?: Metadata;
  /** Told of every loss of the connection, and for how many milliseconds the watch pauses before it tries again. */
  onLost?: (error: Error, pause: number) => void;
}

/**
 * Hands on the present status of each instance that `filter` matches, then every newest one, in the order of
 * `statusVersion` per instance, over any number of lost connections. It ends without an error when it is cancelled, and
 * throws what gRPC gave when the server refuses. It asks for a status when the one before was taken.
 */
export async function* watch(
  client: WorkspaceManagerClient,
  filter: Partial<MetadataFilter> = {},
  options: WatchOptions = {},
): AsyncGenerator<WorkspaceStatus, void, undefined> {
  const { signal, onLost } = options;
  const source = new Source(client, MetadataFilter.fromPartial(filter), options);
  let pause = firstPause;
  while (!signal?.aborted) {
    const began = performance.now();
    let error: Error;
    try {
      yield* source.missed();
      yield* source.subscribed();
      error = new Error("the server ended the stream");
    } catch (e) {
      error = e as Error;
    }
    if (signal?.aborted) {
      return;
    }
    if (isRefusal(error)) {
      throw error;
    }
    if (performance.now() - began >= longestPause) {
      pause = firstPause;
    }
    const wait = pause / 2 + Math.random() * (pause / 2);
    pause = Math.min(2 * pause, longestPause);
    onLost?.(error, wait);
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}

/** Makes a call that has a callback one that has a promise, and that a signal cancels. */
export function answer<T>(
  signal: AbortSignal | undefined,
  call: (done: (error: ServiceError | null, response: T) => void) => ClientUnaryCall,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => under.cancel();
    const under = call((error, response) => {
      signal?.removeEventListener("abort", cancel);
      if (error) {
        reject(error);
      } else {
        resolve(response);
      }
    });
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) {
      cancel();
    }
  });
}

/** What the manager tells, and what is new of it. */
class Source {
  private readonly seen = new Newest();

  constructor(
    private readonly client: WorkspaceManagerClient,
    private readonly filter: MetadataFilter,
    private readonly options: WatchOptions,
  ) {}

  async *subscribed(): AsyncGenerator<WorkspaceStatus, void, undefined> {
    const { signal } = this.options;
    const metadata = this.metadata();
    metadata.set("x-subscribe-from", "beginning");
    const call = this.client.subscribe({ mustMatch: this.filter }, metadata);
    const cancel = () => call.cancel();
    // An end that comes when nobody reads any more is no error of the program.
    call.on("error", () => {});
    signal?.addEventListener("abort", cancel);
    try {
      for await (const change of call) {
        if (signal?.aborted) {
          return;
        }
        if (change.status && this.seen.isNews(change.status)) {
          yield change.status;
        }
      }
    } finally {
      signal?.removeEventListener("abort", cancel);
      cancel();
    }
  }

  /** The end of what was forgotten, or is about to be, while nobody listened. */
  async *missed(): AsyncGenerator<WorkspaceStatus, void, undefined> {
    const { signal } = this.options;
    if (this.seen.live.size === 0) {
      return;
    }
    const listed = await answer<GetWorkspacesResponse>(signal, (done) =>
      this.client.getWorkspaces({ mustMatch: this.filter }, this.metadata(), this.soon(), done),
    );
    const present = new Set(listed.status.map((status) => status.id));
    for (const [id, last] of [...this.seen.live]) {
      if (!present.has(id)) {
        const now = (await this.described(id)) ?? this.seen.forget(last);
        if (now.message === forgottenText || this.seen.isNews(now)) {
          yield now;
        }
      }
    }
  }

  private async described(id: string): Promise<WorkspaceStatus | undefined> {
    try {
      const description = await answer<DescribeWorkspaceResponse>(this.options.signal, (done) =>
        this.client.describeWorkspace({ id }, this.metadata(), this.soon(), done),
      );
      return description.status;
    } catch (error) {
      if ((error as ServiceError).code === Code.NOT_FOUND) {
        return undefined;
      }
      throw error;
    }
  }

  private metadata(): Metadata {
    return this.options.metadata?.clone() ?? new Metadata();
  }

  private soon(): CallOptions {
    return { deadline: Date.now() + probeTime };
  }
}

/** Knows the last status of each instance that runs, and the versions of the last ones that have stopped. */
class Newest {
  readonly live = new Map<string, WorkspaceStatus>();
  private readonly stopped = new Map<string, { version: number; run: string }>();

  isNews(status: WorkspaceStatus): boolean {
    const { id } = status;
    const live = this.live.get(id);
    const last = live ? { version: live.statusVersion, run: runOf(live) } : this.stopped.get(id);
    if (last && last.run === runOf(status) && status.statusVersion <= last.version) {
      return false;
    }
    if (status.phase !== WorkspacePhase.STOPPED) {
      this.stopped.delete(id);
      this.live.set(id, status);
      return true;
    }
    this.live.delete(id);
    this.stopped.set(id, { version: status.statusVersion, run: runOf(status) });
    if (this.stopped.size > stoppedKept) {
      for (const oldest of this.stopped.keys()) {
        this.stopped.delete(oldest);
        break;
      }
    }
    return true;
  }

  forget(last: WorkspaceStatus): WorkspaceStatus {
    this.live.delete(last.id);
    return {
      ...last,
      phase: WorkspacePhase.STOPPED,
      statusVersion: last.statusVersion + 1,
      message: forgottenText,
    };
  }
}

/** Differs for an id that was forgotten and is started again, whose versions begin anew. */
function runOf(status: WorkspaceStatus): string {
  const started = status.metadata?.startedAt;
  return `${started?.seconds}.${started?.nanos}`;
}

const refusals = new Set<number | undefined>([
  Code.INVALID_ARGUMENT,
  Code.UNAUTHENTICATED,
  Code.PERMISSION_DENIED,
  Code.UNIMPLEMENTED,
  Code.NOT_FOUND,
  Code.ALREADY_EXISTS,
  Code.FAILED_PRECONDITION,
  Code.OUT_OF_RANGE,
]);

/** Tells an answer that would come again from a connection that was lost. */
function isRefusal(error: Error): boolean {
  return refusals.has((error as Partial<ServiceError>).code);
}
