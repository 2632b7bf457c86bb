// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Server, ServerCredentials, type ServiceError, status as Code, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { startAndWait, StartTimedOut, watch } from "../src/index.js";
import {
  StartWorkspaceRequest,
  SubscribeResponse,
  type WorkspaceManagerClient,
  type WorkspaceManagerServer,
  WorkspaceManagerService,
  WorkspacePhase,
  WorkspaceStatus,
} from "../src/wire/core.js";
import { client } from "./server.js";

type Part = { statuses: WorkspaceStatus[]; end?: Code };

let server: Server;
let to: WorkspaceManagerClient;

afterEach(() => {
  to.close();
  server.forceShutdown();
});

/** Answers as a real manager does only by bad luck: each subscription gets the next part of the script. */
async function script(...parts: Part[]): Promise<WorkspaceManagerClient> {
  server = new Server();
  const manager: Pick<WorkspaceManagerServer, "startWorkspace" | "getWorkspaces" | "subscribe"> = {
    startWorkspace: (_, done) => done(null, { url: "", ownerToken: "" }),
    getWorkspaces: (_, done) => done(null, { status: [status("a", 0, 0, 0), status("b", 0, 0, 0)] }),
    subscribe: (call) => {
      assert.deepEqual(call.metadata.get("x-subscribe-from"), ["beginning"]);
      const part = parts.shift();
      part?.statuses.forEach((each) => call.write(SubscribeResponse.fromPartial({ status: each })));
      if (part?.end !== undefined) {
        call.emit("error", { code: part.end, details: "as the script says" });
      }
    },
  };
  server.addService(WorkspaceManagerService, manager as unknown as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  to = client(port);
  return to;
}

function status(id: string, statusVersion: number, phase: WorkspacePhase, seconds: number): WorkspaceStatus {
  return WorkspaceStatus.fromPartial({ id, statusVersion, phase, metadata: { startedAt: { seconds, nanos: 0 } } });
}

const { RUNNING, STOPPED, PENDING } = WorkspacePhase;

test("what is not new is left out", { timeout: 60_000 }, async () => {
  const manager = await script(
    { statuses: [status("a", 5, RUNNING, 1), status("b", 1, RUNNING, 1)], end: Code.UNAVAILABLE },
    {
      statuses: [status("a", 4, RUNNING, 1), status("b", 1, RUNNING, 1), status("b", 3, STOPPED, 1)],
      end: Code.INTERNAL,
    },
    {
      statuses: [status("a", 5, RUNNING, 1), status("b", 3, STOPPED, 1), status("a", 6, RUNNING, 1)],
      end: Code.RESOURCE_EXHAUSTED,
    },
    { statuses: [status("b", 1, RUNNING, 2), status("a", 7, STOPPED, 1)], end: Code.PERMISSION_DENIED },
  );
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const { id, statusVersion } of watch(manager)) {
        seen.push(id + statusVersion);
      }
    },
    (error: ServiceError) => error.code === Code.PERMISSION_DENIED,
  );
  assert.deepEqual(seen, ["a5", "b1", "b3", "a6", "b1", "a7"]);
});

for (const code of [Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.UNIMPLEMENTED]) {
  test(`${Code[code]} ends the watch`, { timeout: 10_000 }, async () => {
    const manager = await script({ statuses: [], end: code });
    await assert.rejects(watch(manager).next(), (error: ServiceError) => error.code === code);
  });
}

test("a deadline says what was seen last", { timeout: 10_000 }, async () => {
  const manager = await script({ statuses: [{ ...status("a", 1, PENDING, 1), message: "no place" }] });
  await assert.rejects(
    startAndWait(manager, StartWorkspaceRequest.fromPartial({ id: "a" }), { timeoutMs: 500 }),
    (error) => {
      assert.ok(error instanceof StartTimedOut, `${error}`);
      assert.equal(error.message, "a: not RUNNING in time: PENDING no place");
      assert.equal(error.status?.phase, PENDING);
      return true;
    },
  );
});

test("a cancelled start throws the signal's reason", { timeout: 10_000 }, async () => {
  const manager = await script({ statuses: [status("a", 1, PENDING, 1)] });
  const cancel = new AbortController();
  await assert.rejects(
    startAndWait(manager, StartWorkspaceRequest.fromPartial({ id: "a" }), {
      signal: cancel.signal,
      onStatus: () => cancel.abort(new Error("enough")),
    }),
    /enough/,
  );
});

test("a headless instance that has done its work is no failure", { timeout: 10_000 }, async () => {
  const manager = await script({ statuses: [status("a", 9, STOPPED, 1)] });
  const end = await startAndWait(manager, StartWorkspaceRequest.fromPartial({ id: "a" }));
  assert.equal(end.phase, STOPPED);
});
