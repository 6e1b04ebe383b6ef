import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { SessionSpec } from "../../../src/drivers/agent.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import type { Answerer } from "../../../src/offline/reply.ts";
import { isAlive, remainsOf } from "../../survivors/remains.ts";
import { until } from "./hub.ts";
import type { NatsServer } from "./nats.ts";
import { runIn, specOf } from "./spec.ts";

const entry = join(import.meta.dirname, "../../../src/bin/cyberdeck.ts");

const eventSchema = z.looseObject({ type: z.string() });
export type SaidEvent = z.infer<typeof eventSchema>;

/** `cyberdeck node` in a process of its own. */
export interface NodeProcess {
  pid: number;
  /** What it has told so far. */
  events: SaidEvent[];
  /** All that it has written on stderr. */
  errors(): string;
  signal(name: NodeJS.Signals): void;
  /** The exit code; a signal counts as 128 and more. */
  ended: Promise<number>;
  /** Waits for so many events of a kind, and gives the last one. */
  told(type: string, times?: number): Promise<SaidEvent>;
}

/** Where a node of a test runs, if not beside its host. */
export interface NodePlace {
  /** What stands before its command, such as what makes it run in a network of its own. */
  before: string[];
  /** The server, as it is reached from there. */
  url: string;
  env: Record<string, string>;
}

/** A folder, a model and nodes of a test: nothing of this machine's login or HOME reaches them, and nothing of them is left. */
export interface NodeScene extends AsyncDisposable {
  folder: string;
  /** The folder that host and nodes share. */
  workspace: string;
  dataOf(name: string): string;
  /** What opens a session in that folder, by a host whose home is elsewhere. */
  specOf(id: string, changes?: Partial<SessionSpec>): SessionSpec;
  /** Starts a node of this name, with more flags, such as another way to the server. */
  node(name: string, ...flags: string[]): NodeProcess;
  /** Starts one whose lease lasts so long, by itself and not by the command. */
  quick(name: string, leaseMs: number, where?: NodePlace): NodeProcess;
  /** Starts the command with just these arguments. */
  command(args: string[], env?: Record<string, string>): NodeProcess;
}

export async function openNodeScene(server: Pick<NatsServer, "url">, answer: Answerer): Promise<NodeScene> {
  const folder = mkdtempSync(join(tmpdir(), "deck-node-"));
  const workspace = join(folder, "workspace");
  const agentHome = join(folder, "home");
  for (const path of [workspace, agentHome]) mkdirSync(path);
  const api = await startOfflineApi({ answer });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: agentHome,
    LANG: "C.UTF-8",
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "none",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };
  const all: NodeProcess[] = [];
  const dataOf = (name: string): string => join(folder, `data-${name}`);

  const command = (args: string[], more: Record<string, string> = {}): NodeProcess => start([entry, ...args], more);
  const start = (args: string[], more: Record<string, string>, before: string[] = []): NodeProcess => {
    const [program = "", ...rest] = [...before, process.execPath, ...args];
    const child = spawn(program, rest, {
      cwd: folder,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const events: SaidEvent[] = [];
    let errors = "";
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) events.push(eventSchema.parse(JSON.parse(line)));
    });
    child.stderr.on("data", (bytes: Buffer) => {
      errors += bytes.toString();
    });
    const ended = once(child, "close").then(([code]: unknown[]) => (typeof code === "number" ? code : 137));
    const one: NodeProcess = {
      pid: child.pid ?? 0,
      events,
      errors: () => errors,
      signal: (name) => void child.kill(name),
      ended,
      async told(type, times = 1) {
        const some = (): SaidEvent[] => events.filter((event) => event.type === type);
        await until(
          () => some().length >= times,
          () => ({ wanted: type, events, errors }),
          // It tries its agent before it joins, which takes a busy machine a while.
          60_000,
        );
        return some()[times - 1] ?? { type };
      },
    };
    all.push(one);
    return one;
  };

  return {
    folder,
    workspace,
    dataOf,
    specOf: (id, changes) => specOf(id, { cwd: workspace, run: runIn(join(folder, "home-of-host")), ...changes }),
    command,
    quick: (name, leaseMs, { before, url, env: more } = { before: [], url: server.url, env: {} }) =>
      start(
        [join(import.meta.dirname, "quick-node-process.ts"), url, name, dataOf(name), String(leaseMs)],
        more,
        before,
      ),
    node: (name, ...flags) =>
      command([
        ..."node --fleet test --pool builders --slots 2 --sandbox off --workspace shared --json".split(" "),
        ...(flags.includes("--hub") ? [] : ["--hub", server.url]),
        "--name",
        name,
        "--data",
        dataOf(name),
        ...flags,
      ]),
    async [Symbol.asyncDispose]() {
      for (const { pid } of all)
        if (isAlive(pid)) {
          process.kill(pid, "SIGKILL");
          process.kill(pid, "SIGCONT");
        }
      await Promise.all(all.map(({ ended }) => ended));
      for (const line of remainsOf(folder)) process.kill(Number.parseInt(line, 10), "SIGKILL");
      await api.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
