// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChannelOptions, credentials } from "@grpc/grpc-js";
import { channelOptions } from "../src/index.js";
import type { GitInitializer } from "../src/wire/content-service-api/initializer.js";
import { StartWorkspaceRequest, WorkspaceManagerClient } from "../src/wire/core.js";

/** A real atelier.jar, on a port of its own that it keeps over restarts. It forgets what has stopped after 4 s. */
export class Server {
  private readonly jar = process.env["ATELIER_JAR"] ?? "../../ear/target/atelier.jar";
  private readonly data = mkdtempSync(join(tmpdir(), "atelier-ts-"));
  private running?: ChildProcess;
  port = 0;

  async start(): Promise<void> {
    if (!existsSync(this.jar)) {
      throw new Error(`no ${this.jar}: build it first, or name it in ATELIER_JAR`);
    }
    this.port ||= await freePort();
    const log = join(this.data, "log");
    const out = openSync(log, "w");
    this.running = spawn(
      "java",
      [
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-jar",
        this.jar,
        `--atelier.data.directory=${this.data}`,
        "--atelier.http.port=0",
        `--atelier.grpc.port=${this.port}`,
        "--atelier.timeouts.retention=4s",
      ],
      { stdio: ["ignore", out, out] },
    );
    for (let i = 0; i < 1800; i++) {
      if (readFileSync(log, "utf8").includes("Atelier is ready.")) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`the server did not start: ${readFileSync(log, "utf8")}`);
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.running?.once("exit", resolve));
    this.running?.kill("SIGKILL");
    await ended;
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

export function client(port: number, more: ChannelOptions = {}): WorkspaceManagerClient {
  const options = { ...channelOptions, ...more };
  return new WorkspaceManagerClient(`127.0.0.1:${port}`, credentials.createInsecure(), options);
}

/** A way to the server that can be cut and mended. */
export class Route {
  private readonly listener = createServer((socket) => this.forward(socket));
  private readonly open = new Set<Socket>();
  private cut = false;

  constructor(private readonly to: number) {}

  async listen(): Promise<number> {
    this.listener.listen(0, "127.0.0.1");
    await new Promise((resolve) => this.listener.once("listening", resolve));
    return (this.listener.address() as AddressInfo).port;
  }

  sever(): void {
    this.cut = true;
    this.open.forEach((socket) => socket.destroy());
  }

  /** Lets nothing through the connections that there are, without ending them. */
  freeze(): void {
    this.open.forEach((socket) => {
      socket.unpipe();
      socket.pause();
    });
  }

  mend(): void {
    this.cut = false;
  }

  close(): void {
    this.sever();
    this.listener.close();
  }

  private forward(inside: Socket): void {
    if (this.cut) {
      inside.destroy();
      return;
    }
    const outside = connect(this.to, "127.0.0.1");
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      this.open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}

/** Serves a real git repository with one commit. */
export async function repository(): Promise<{ url: string; close: () => void }> {
  const root = mkdtempSync(join(tmpdir(), "atelier-git-"));
  const work = join(root, "work");
  const git = (...words: string[]) => execFileSync("git", words, { cwd: root });
  git("init", "-q", "-b", "main", work);
  writeFileSync(join(work, "README.md"), "# Real\n");
  git("-C", work, "add", ".");
  git("-C", work, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "Begin");
  git("clone", "-q", "--bare", work, "real.git");
  git("-C", "real.git", "update-server-info");
  const files = createHttpServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    createReadStream(join(root, normalize(path)))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => files.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(files.address() as AddressInfo).port}/real.git`,
    close: () => {
      files.close();
      files.closeAllConnections();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A request for an instance of a workspace of its own. */
export function instance(name: string, git?: Partial<GitInitializer>): StartWorkspaceRequest {
  const id = `${name}-${Date.now() % 1_000_000}`;
  return StartWorkspaceRequest.fromPartial({
    id,
    servicePrefix: id,
    metadata: { owner: "tester", metaId: id },
    spec: {
      workspaceImage: "default",
      workspaceLocation: "/",
      initializer: git ? { spec: { $case: "git", value: git } } : {},
    },
  });
}
