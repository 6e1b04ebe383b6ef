import { type ChildProcess, spawn as spawnChild } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, cpSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { spawn as spawnInTerminal } from "@lydell/node-pty";
import { z } from "zod";
import { errnoOf } from "../../src/base/fault.ts";
import { startOfflineApi, type OfflineApi } from "../../src/offline/server.ts";
import type { Answerer } from "../../src/offline/reply.ts";
import { say } from "../../src/offline/reply.ts";
import type { CabinetName } from "../cabinet/cabinet.ts";
import { until } from "../process/workbench.ts";
import { isAlive, remainsOf } from "./remains.ts";

const entry = join(import.meta.dirname, "../../src/bin/cyberdeck.ts");

/** The real command line on a workspace of its own: no variable, HOME or login of this machine reaches it. */
export interface Scene extends AsyncDisposable {
  /** Everything is in it: the workspace, the agents' HOME, a copy of the cabinet. */
  folder: string;
  workspace: string;
  home: string;
  agent: (name: CabinetName) => string;
  inTerminal(args: string[]): Running;
  /**
   * In a process group of its own, together with a sentinel that a killed group would take along.
   * @param more variables of this one alone
   */
  inGroup(args: string[], more?: Record<string, string>): Promise<Running & { sentinel: number }>;
  /** The recorded events of the newest run, from its file. */
  events(): RecordedEvent[];
  /** Waits for a record that fits. */
  recorded(fits: (events: RecordedEvent[]) => boolean): Promise<void>;
  report(): string;
}

export interface Running {
  pid: number;
  /** The exit code; a signal counts as 128 and its number. */
  ended: Promise<number>;
  /** What it has written so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Types into its terminal, or closes it. */
  type(text: string): void;
  hangUp(): void;
}

const eventSchema = z.looseObject({
  type: z.string(),
  construct: z.string().optional(),
  pid: z.int().optional(),
  outcome: z.looseObject({ state: z.string(), cause: z.string(), exit: z.string() }).optional(),
  status: z.string().optional(),
});
export type RecordedEvent = z.infer<typeof eventSchema>;

export async function openScene(options: { answer?: Answerer; files?: Record<string, string> } = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "deck-scene-"));
  const workspace = join(folder, "workspace");
  const home = join(workspace, ".cyberdeck");
  const agentHome = join(folder, "home");
  for (const path of [workspace, agentHome]) mkdirSync(path);
  cpSync(join(import.meta.dirname, "../cabinet"), join(folder, "cabinet"), { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
  const api: OfflineApi = await startOfflineApi({ answer: options.answer ?? (() => say("Done.")) });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: agentHome,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "none",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    // Whatever an agent would look up elsewhere ends at a closed door of this machine.
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };
  const children: { pid: number; ended: Promise<unknown> }[] = [];
  const sentinels: number[] = [];

  const events = (): RecordedEvent[] => {
    const file = join(newestRun(home), "events.ndjson");
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => eventSchema.parse(JSON.parse(line)));
  };

  return {
    folder,
    workspace,
    home,
    agent: (name) => join(folder, "cabinet", `${name}.mjs`),
    inTerminal(args) {
      const child = spawnInTerminal(process.execPath, [entry, ...args], { cwd: workspace, env, cols: 100, rows: 30 });
      let output = "";
      child.onData((data) => {
        output += data;
      });
      const { promise: ended, resolve } = Promise.withResolvers<number>();
      child.onExit(({ exitCode, signal }) => resolve(signal === undefined || signal === 0 ? exitCode : 128 + signal));
      children.push({ pid: child.pid, ended });
      return {
        pid: child.pid,
        ended,
        output: () => output,
        signal: (name) => process.kill(child.pid, name),
        type: (text) => child.write(text),
        hangUp() {
          // It closes our end of the terminal; the type of the package does not tell that it can.
          const close: unknown = Reflect.get(child, "destroy");
          if (typeof close === "function") Reflect.apply(close, child, []);
        },
      };
    },
    async inGroup(args, more) {
      // A shell without job control: what it starts stays in its group, and so does what it becomes.
      const script = 'sleep 599 </dev/null >/dev/null 2>&1 & echo "sentinel $!"; exec "$@"';
      const child = spawnChild("/bin/sh", ["-c", script, "sh", process.execPath, entry, ...args], {
        cwd: workspace,
        env: { ...env, ...more },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const running = watched(child);
      children.push(running);
      await until(() => running.output().includes("\n"));
      const sentinel = Number(/^sentinel (\d+)$/m.exec(running.output())?.[1]);
      sentinels.push(sentinel);
      return { ...running, sentinel };
    },
    events,
    async recorded(fits) {
      await until(() => {
        try {
          return fits(events());
        } catch {
          // There is no run yet, or its newest line is being written.
          return false;
        }
      }, 30_000);
    },
    report: () => readFileSync(join(newestRun(home), "report.md"), "utf8"),
    async [Symbol.asyncDispose]() {
      for (const pid of [...children.map((child) => child.pid), ...sentinels]) {
        if (isAlive(pid)) process.kill(pid, "SIGKILL");
      }
      // A test that has failed may leave agents: all of them are in a folder that is this test's alone.
      for (const line of remainsOf(folder)) endIfThere(Number.parseInt(line, 10));
      await Promise.all(children.map((child) => child.ended));
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What was seen a moment ago may have ended by itself: that must not hide why a test has failed. */
function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}

function newestRun(home: string): string {
  const runs = join(home, "runs");
  return join(runs, readdirSync(runs).sort().at(-1) ?? "none");
}

function watched(child: ChildProcess): Running {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => {
      output += data.toString();
    });
  }
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  child.on("exit", (code) => resolve(code ?? 137));
  const { pid } = child;
  if (pid === undefined) throw new Error("the command line did not start");
  return {
    pid,
    ended,
    output: () => output,
    signal: (name) => process.kill(pid, name),
    type: () => undefined,
    hangUp: () => undefined,
  };
}
