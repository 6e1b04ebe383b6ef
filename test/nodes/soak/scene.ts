import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Answerer } from "../../../src/offline/reply.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { hostStatusSchema } from "../../../src/protocol/host.ts";
import { openStoreToRead } from "../../../src/store/event-log.ts";
import { remainsOf } from "../../survivors/remains.ts";
import { until } from "../kit/hub.ts";
import { startNats, type NatsServer } from "../kit/nats.ts";
import { startRelay, type Relay } from "../kit/relay.ts";
import { git, put } from "../workspace/kit/place.ts";

const entry = join(import.meta.dirname, "../../../src/bin/cyberdeck.ts");

/** The pool to which all nodes of a scene belong. */
export const soakPool = "big";

/** A node of a soak: the command in a process of its own, behind a link that can be cut. */
export interface SoakNode {
  readonly name: string;
  readonly pid: number | undefined;
  readonly link: Relay;
  /** Starts it, in its folder; resolves when it has a lease, or was killed before. */
  start(): Promise<void>;
  /** Kills it, if it is up. */
  kill(): Promise<void>;
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
  /** How often it has told of this. */
  told(type: string): number;
  outboxBytes(): number;
  errors(): string;
}

/** A server, nodes and a host, each in a process of its own: what a person would start by hand. */
export interface SoakScene extends AsyncDisposable {
  readonly folder: string;
  readonly workspace: string;
  readonly server: NatsServer;
  readonly nodes: readonly SoakNode[];
  cyberdeck(...args: string[]): Promise<{ code: number | null; output: string }>;
  /** Starts the host, where it is not up. */
  startHost(): Promise<void>;
  hostStatus(): Promise<z.infer<typeof hostStatusSchema> | undefined>;
  /** The events of a run so far; each of them is read once. */
  eventsOf(run: string): readonly DeckEvent[];
}

export interface SoakOptions {
  nodes: number;
  slots: number;
  /** Answers daemons, and constructs where they are real agents. */
  answer: Answerer;
  /** Constructs are the real agent, not the scripted one. */
  isReal: boolean;
  /** They work on copies of a repository, and not in the workspace itself. */
  isCopied?: boolean;
}

const eventSchema = z.looseObject({ type: z.string() });

/** For what is started to be up, milliseconds: each node tries its agent before it joins. */
const upMs = 90_000;

export async function openSoak({ nodes, slots, answer, isReal, isCopied = false }: SoakOptions): Promise<SoakScene> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "deck-nodes-soak-"));
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const workspace = join(folder, "workspace");
  const homeOf = (name: string): string => join(folder, `home-${name}`);
  for (const path of [workspace, homeOf("host")]) mkdirSync(path);
  if (isCopied) makeRepository(workspace);
  const server = undo.use(await startNats());
  const api = await startOfflineApi({ answer, keep: 20 });
  undo.defer(() => api.close());
  const children = new Set<ChildProcess>();

  const start = (name: string, args: string[]): ChildProcess => {
    const child = spawn(process.execPath, [entry, ...args], {
      cwd: workspace,
      env: environmentOf(homeOf(name), api.url),
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    child.once("close", () => children.delete(child));
    return child;
  };
  undo.defer(async () => {
    for (const child of children) {
      child.kill("SIGKILL");
      child.kill("SIGCONT");
    }
    await Promise.all([...children].map((child) => once(child, "close")));
    // All that names this folder is this scene's alone; guardians end theirs in the meantime.
    await until(() => {
      for (const line of remainsOf(folder)) end(Number.parseInt(line, 10));
      return remainsOf(folder).length === 0;
    });
  });

  const cyberdeck: SoakScene["cyberdeck"] = async (...args) => {
    const child = start("host", args);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data: Buffer) => {
        output = `${output}${data.toString()}`.slice(-20_000);
      });
    const [code]: unknown[] = await once(child, "close");
    return { code: z.number().nullable().parse(code), output };
  };
  const hostStatus: SoakScene["hostStatus"] = async () => {
    const { code, output } = await cyberdeck("host", "status", "--json");
    return code === 0 ? hostStatusSchema.parse(JSON.parse(output)) : undefined;
  };

  const openNode = async (name: string): Promise<SoakNode> => {
    mkdirSync(homeOf(name));
    const data = join(folder, `data-${name}`);
    const link = undo.use(await startRelay(server.port));
    const times = new Map<string, number>();
    let child: ChildProcess | undefined;
    let errors = "";
    const agent = isReal ? [] : ["--claude-bin", join(import.meta.dirname, "unit-agent.mjs")];
    const flags =
      `node --json --fleet soak --pool ${soakPool} --sandbox off --workspace ${isCopied ? "bundle" : "shared"} --slots ${slots} --name ${name}`.split(
        " ",
      );
    const node: SoakNode = {
      name,
      link,
      get pid() {
        return child?.pid;
      },
      async start() {
        const started = start(name, [...flags, "--hub", link.url, "--data", data, ...agent]);
        child = started;
        const leases = node.told("lease.granted");
        if (started.stdout !== null)
          createInterface({ input: started.stdout }).on("line", (line) => {
            const { type } = eventSchema.parse(JSON.parse(line));
            times.set(type, (times.get(type) ?? 0) + 1);
          });
        started.stderr?.on("data", (data: Buffer) => {
          errors = `${errors}${data.toString()}`.slice(-5000);
        });
        await until(
          () => node.told("lease.granted") > leases || hasEnded(started),
          () => ({ name, errors }),
          upMs,
        );
        if (hasEnded(started) && started.signalCode === null) throw new Error(`${name} does not start: ${errors}`);
      },
      async kill() {
        if (child === undefined || hasEnded(child)) return;
        const gone = once(child, "close");
        child.kill("SIGKILL");
        child.kill("SIGCONT");
        await gone;
      },
      signal: (signal) => void child?.kill(signal),
      told: (type) => times.get(type) ?? 0,
      outboxBytes: () =>
        ["outbox.db", "outbox.db-wal"]
          .map((file) => statSync(join(data, file), { throwIfNoEntry: false })?.size ?? 0)
          .reduce((sum, size) => sum + size, 0),
      errors: () => errors,
    };
    return node;
  };
  const read = new Map<string, DeckEvent[]>();
  const all: SoakNode[] = [];
  for (let index = 0; index < nodes; index += 1) all.push(await openNode(`node-${index}`));
  const closing = undo.move();

  return {
    folder,
    workspace,
    server,
    nodes: all,
    cyberdeck,
    hostStatus,
    async startHost() {
      const { code, output } = await cyberdeck("host", "--detach", "--hub", server.url, "--fleet", "soak");
      if (code !== 0) throw new Error(`the host does not start: ${output}`);
    },
    eventsOf(run) {
      const events = read.get(run) ?? [];
      read.set(run, events);
      const reader = openStoreToRead(join(workspace, ".cyberdeck"));
      try {
        for (const event of reader.eventsOf(run, events.at(-1)?.seq)) events.push(event);
        return events;
      } finally {
        reader.close();
      }
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function makeRepository(workspace: string): void {
  git(workspace, "init", "-q", "-b", "main");
  put(workspace, { ".gitignore": ".cyberdeck\n", notes: "committed\n" });
  git(workspace, "add", "-A");
  git(workspace, "commit", "-qm", "first");
}

/** Nothing of this machine's login or HOME. */
const environmentOf = (home: string, model: string): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  LANG: "C.UTF-8",
  ANTHROPIC_BASE_URL: model,
  ANTHROPIC_API_KEY: "none",
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1",
});

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Kills a process; false when it had ended by itself. */
export function end(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself.
    return false;
  }
}
