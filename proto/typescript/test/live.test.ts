// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Metadata, type ServiceError, status as Code } from "@grpc/grpc-js";
import { startAndWait, StartFailed, watch, type WatchOptions } from "../src/index.js";
import { answer } from "../src/watch.js";
import {
  type DescribeWorkspaceResponse,
  StopWorkspacePolicy,
  TimeoutType,
  WorkspaceConditionBool,
  type WorkspaceManagerClient,
  WorkspacePhase,
  type WorkspaceStatus,
} from "../src/wire/core.js";
import { client, freePort, instance, repository, Route, Server } from "./server.js";

const server = new Server();
let direct: WorkspaceManagerClient;
const timeout = 120_000;

before(async () => {
  await server.start();
  direct = client(server.port);
});
after(async () => {
  direct.close();
  await server.end();
});

/** Watches an instance; what is not in strict order of versions, or comes after STOPPED, fails the test. */
class Follower {
  private readonly statuses: AsyncGenerator<WorkspaceStatus, void, undefined>;
  private readonly end = new AbortController();
  private last?: WorkspaceStatus;

  constructor(to: WorkspaceManagerClient, metaId: string, options: WatchOptions = {}) {
    this.statuses = watch(to, { metaId }, { ...options, signal: this.end.signal });
  }

  async until(phase: WorkspacePhase): Promise<WorkspaceStatus> {
    for (;;) {
      const { value } = await this.statuses.next();
      assert.ok(value, `the watch ended before ${WorkspacePhase[phase]}`);
      if (this.last) {
        assert.ok(value.statusVersion > this.last.statusVersion, `${value.statusVersion}`);
        assert.notEqual(this.last.phase, WorkspacePhase.STOPPED);
      }
      this.last = value;
      if (value.phase === phase) {
        return value;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end.abort();
    await this.statuses.return();
  }
}

const describe = (id: string) =>
  answer<DescribeWorkspaceResponse>(undefined, (done) => direct.describeWorkspace({ id }, done));

const abort = (id: string) =>
  answer(undefined, (done) => direct.stopWorkspace({ id, policy: StopWorkspacePolicy.ABORT }, done));

const extend = (id: string, duration: string) =>
  answer(undefined, (done) => direct.setTimeout({ id, duration, type: TimeoutType.WORKSPACE_TIMEOUT }, done));

async function describedUntil(id: string, phase: WorkspacePhase): Promise<void> {
  while ((await describe(id)).status?.phase !== phase) {
    await sleep(20);
  }
}

test("the scenario of every language", { timeout }, async () => {
  const remote = await repository();
  const request = instance("scenario", { remoteUri: remote.url, checkoutLocation: "real", fullClone: true, config: {
    customConfig: {}, authentication: 0, authUser: "", authPassword: "", authOts: "",
  } });
  const follower = new Follower(direct, request.id);
  try {
    const told: WorkspacePhase[] = [];
    const status = await startAndWait(direct, request, { timeoutMs: 60_000, onStatus: (s) => told.push(s.phase) });
    assert.equal(status.phase, WorkspacePhase.RUNNING);
    assert.ok(status.spec?.url && status.auth?.ownerToken);
    assert.equal(told.at(-1), WorkspacePhase.RUNNING);
    await follower.until(WorkspacePhase.RUNNING);
    await extend(request.id, "3h");
    assert.equal((await follower.until(WorkspacePhase.RUNNING)).spec?.timeout, "3h0m0s");
    const snapshot = await answer<{ url: string }>(undefined, (done) =>
      direct.takeSnapshot({ id: request.id, returnImmediately: false }, done),
    );
    assert.ok(snapshot.url);
    await answer(undefined, (done) =>
      direct.stopWorkspace({ id: request.id, policy: StopWorkspacePolicy.NORMALLY }, done),
    );
    const end = await follower.until(WorkspacePhase.STOPPED);
    assert.equal(end.conditions?.failed, "");
    assert.equal(end.conditions?.finalBackupComplete, WorkspaceConditionBool.TRUE);
    assert.equal(end.repo?.branch, "main");
  } finally {
    await follower[Symbol.asyncDispose]();
    remote.close();
  }
});

test("a watch goes on over lost connections", { timeout }, async () => {
  const route = new Route(server.port);
  const routed = client(await route.listen());
  const request = instance("lost");
  let lost = 0;
  const follower = new Follower(routed, request.id, { onLost: () => lost++ });
  try {
    await startAndWait(direct, request);
    await follower.until(WorkspacePhase.RUNNING);
    route.sever();
    await extend(request.id, "2h");
    route.mend();
    assert.equal((await follower.until(WorkspacePhase.RUNNING)).spec?.timeout, "2h0m0s");
    route.sever();
    route.mend();
    await abort(request.id);
    await follower.until(WorkspacePhase.STOPPED);
    assert.ok(lost >= 2, `told of ${lost} losses`);
  } finally {
    await follower[Symbol.asyncDispose]();
    routed.close();
    route.close();
  }
});

test("a dead connection is noticed", { timeout }, async () => {
  const route = new Route(server.port);
  // channelOptions differ in the figures alone.
  const impatient = { "grpc.keepalive_time_ms": 6_000, "grpc.keepalive_timeout_ms": 1_000 };
  const routed = client(await route.listen(), impatient);
  const request = instance("dead");
  const follower = new Follower(routed, request.id);
  try {
    await startAndWait(direct, request);
    await follower.until(WorkspacePhase.RUNNING);
    route.freeze();
    await abort(request.id);
    await follower.until(WorkspacePhase.STOPPED);
  } finally {
    await follower[Symbol.asyncDispose]();
    routed.close();
    route.close();
  }
});

test("a watch goes on over a restart", { timeout: 240_000 }, async () => {
  const request = instance("restart");
  const follower = new Follower(direct, request.id);
  await startAndWait(direct, request);
  await follower.until(WorkspacePhase.RUNNING);
  // Reads on: else nothing would be lost, since only what is asked for is answered.
  const end = follower.until(WorkspacePhase.STOPPED);
  await server.kill();
  await server.start();
  const patient = new Metadata({ waitForReady: true });
  await answer(undefined, (done) => direct.getWorkspaces({ mustMatch: undefined }, patient, done));
  await abort(request.id);
  await end;
  await follower[Symbol.asyncDispose]();
});

test("a slow reader sees every phase", { timeout }, async () => {
  const request = instance("slow");
  await answer(undefined, (done) => direct.startWorkspace(request, done));
  const phases: string[] = [];
  for await (const status of watch(direct, { metaId: request.id })) {
    if (phases.length === 0) {
      await describedUntil(request.id, WorkspacePhase.RUNNING);
      await abort(request.id);
      await describedUntil(request.id, WorkspacePhase.STOPPED);
    }
    phases.push(WorkspacePhase[status.phase]);
    if (status.phase === WorkspacePhase.STOPPED) {
      break;
    }
  }
  assert.deepEqual([...new Set(phases)].slice(-3), ["RUNNING", "STOPPING", "STOPPED"]);
});

test("an instance that was forgotten meanwhile ends in STOPPED", { timeout }, async () => {
  const route = new Route(server.port);
  const routed = client(await route.listen());
  const request = instance("forgotten");
  const follower = new Follower(routed, request.id);
  try {
    await startAndWait(direct, request);
    const last = await follower.until(WorkspacePhase.RUNNING);
    route.sever();
    await abort(request.id);
    for (;;) {
      const error = await describe(request.id).then(
        () => undefined,
        (e: ServiceError) => e,
      );
      if (error?.code === Code.NOT_FOUND) {
        break;
      }
      await sleep(50);
    }
    route.mend();
    const end = await follower.until(WorkspacePhase.STOPPED);
    assert.match(end.message, /^forgotten by the manager/);
    assert.equal(end.statusVersion, last.statusVersion + 1);
  } finally {
    await follower[Symbol.asyncDispose]();
    routed.close();
    route.close();
  }
});

test("a cancelled watch ends at once, also in a pause", { timeout }, async () => {
  for (const port of [server.port, await freePort()]) {
    const to = client(port);
    const cancel = new AbortController();
    let lost = () => {};
    const paused = new Promise<void>((resolve) => (lost = resolve));
    const ended = watch(to, { owner: "nobody" }, { signal: cancel.signal, onLost: lost }).next();
    await (port === server.port ? sleep(300) : paused);
    const began = performance.now();
    cancel.abort();
    assert.deepEqual(await ended, { value: undefined, done: true });
    assert.ok(performance.now() - began < 2_000);
    to.close();
  }
});

test("a start that fails says why", { timeout }, async () => {
  const request = instance("failing", { remoteUri: `http://127.0.0.1:${await freePort()}/none.git` });
  await assert.rejects(startAndWait(direct, request, { timeoutMs: 60_000 }), (error) => {
    assert.ok(error instanceof StartFailed, `${error}`);
    assert.match(error.reason, /Content initialization failed/);
    assert.equal(error.status?.conditions?.failed, error.reason);
    return true;
  });
});

test("a refused start is thrown as it is", { timeout }, async () => {
  const request = instance("refused");
  request.metadata!.owner = "";
  await assert.rejects(startAndWait(direct, request), (e: ServiceError) => e.code === Code.INVALID_ARGUMENT);
});
