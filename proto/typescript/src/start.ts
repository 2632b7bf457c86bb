// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "@grpc/grpc-js";
import { Metadata } from "@grpc/grpc-js";
import {
  type StartWorkspaceRequest,
  WorkspaceConditionBool,
  type WorkspaceManagerClient,
  WorkspacePhase,
  type WorkspaceStatus,
} from "./wire/core.js";
import { answer, forgottenText, watch, type WatchOptions } from "./watch.js";

export interface StartOptions extends WatchOptions {
  /** In how many milliseconds the instance must be RUNNING; absent: no limit. */
  timeoutMs?: number;
  /** Told every status of the instance that comes, the last one included. */
  onStatus?: (status: WorkspaceStatus) => void;
}

/** Says why an instance did not come to RUNNING. */
export class StartFailed extends Error {
  override readonly name: string = "StartFailed";

  constructor(
    readonly id: string,
    readonly reason: string,
    /** The last one seen; absent when there was none before the time was up. */
    readonly status?: WorkspaceStatus,
  ) {
    super(`${id}: ${reason}`);
  }
}

/** The time was up; the instance is left as it is. */
export class StartTimedOut extends StartFailed {
  override readonly name = "StartTimedOut";
}

/**
 * Starts an instance and waits until it is RUNNING, or is headless and has done its work.
 *
 * @throws StartFailed when the instance failed or the time was up; the signal's reason when it was cancelled; what gRPC
 *   gave when the start or the watch was refused
 */
export async function startAndWait(
  client: WorkspaceManagerClient,
  request: StartWorkspaceRequest,
  options: StartOptions = {},
): Promise<WorkspaceStatus> {
  const { timeoutMs, onStatus, signal: cancelled } = options;
  const end = new AbortController();
  let late = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          end.abort();
        }, timeoutMs);
  const signal = cancelled ? AbortSignal.any([cancelled, end.signal]) : end.signal;
  let last: WorkspaceStatus | undefined;
  const given = (error: unknown) => {
    cancelled?.throwIfAborted();
    return late ? timedOut(request.id, last) : error;
  };
  try {
    const metadata = options.metadata?.clone() ?? new Metadata();
    await answer(signal, (done) => client.startWorkspace(request, metadata, {} as CallOptions, done));
    const filter = { owner: request.metadata?.owner ?? "", metaId: request.metadata?.metaId ?? "" };
    for await (const status of watch(client, filter, { ...options, signal })) {
      if (status.id !== request.id) {
        continue;
      }
      last = status;
      onStatus?.(status);
      const reason = failure(status);
      if (reason) {
        throw new StartFailed(status.id, reason, status);
      }
      if (isDone(status)) {
        return status;
      }
    }
    throw new Error("the watch ended");
  } catch (error) {
    throw error instanceof StartFailed ? error : given(error);
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(id: string, last: WorkspaceStatus | undefined): StartTimedOut {
  const seen = last ? `: ${WorkspacePhase[last.phase]} ${last.message}` : "";
  return new StartTimedOut(id, `not RUNNING in time${seen}`, last);
}

function isDone({ phase }: WorkspaceStatus): boolean {
  return phase === WorkspacePhase.RUNNING || phase === WorkspacePhase.STOPPING || phase === WorkspacePhase.STOPPED;
}

/** Empty when the instance has not failed. */
function failure({ phase, conditions, message }: WorkspaceStatus): string {
  if (phase === WorkspacePhase.RUNNING || phase === WorkspacePhase.INTERRUPTED) {
    return "";
  }
  const said = conditions?.failed || conditions?.timeout || conditions?.headlessTaskFailed;
  if (said) {
    return said;
  }
  if (conditions?.aborted === WorkspaceConditionBool.TRUE) {
    return "aborted";
  }
  if (conditions?.stoppedByRequest === WorkspaceConditionBool.TRUE) {
    return "stopped by request";
  }
  return phase === WorkspacePhase.STOPPED && message === forgottenText ? message : "";
}
