import type { SpawnedProcess, SpawnOptions } from "@anthropic-ai/claude-agent-sdk";
import { EventEmitter } from "node:events";
import { accessSync, constants } from "node:fs";
import { constants as systemConstants } from "node:os";
import { isAbsolute } from "node:path";
import { Transform, type Readable, type Writable } from "node:stream";
import { markerName, type AgentExit, type AgentWall, type StopReport } from "../agent.ts";
import { pause } from "../../base/clock.ts";
import { unreachable } from "../../base/fault.ts";
import { startChild, type Child } from "../../process/child.ts";
import type { Guardian } from "../../process/guardian.ts";
import type { ProcessTable } from "../../process/entry.ts";
import type { Exit } from "../../process/exit.ts";
import { freezeTree, thawTree } from "../../process/freeze.ts";
import { stopTree } from "../../process/stop.ts";
import type { StopLimits } from "../../process/report.ts";

/** The longest line that an agent may write, bytes. Longer is a failure of that agent alone. */
export const lineCap = 64 * 1024 * 1024;

/** Milliseconds for an agent that is asked to end: after the end of its input, after SIGTERM, and of killing. */
export const politeStop: StopLimits = { graceMs: 1000, termMs: 1000, killMs: 5000 };

/** For an agent that is to be gone now. */
export const hardStop: StopLimits = { graceMs: 0, termMs: 0, killMs: 5000 };

/** How long a process whose output has ended may take to end itself, milliseconds. */
const exitGraceMs = 1000;

/** How long the last words on stderr may take after the end, milliseconds. */
const lastWordsMs = 200;

/** The process behind one SDK session: spawned by us when the SDK asks, and stopped by us alone. */
export interface AgentProcess {
  /** Give this to the SDK as `spawnClaudeCodeProcess`. */
  spawn: (options: SpawnOptions) => SpawnedProcess;
  /** Whether the SDK has asked for the process at all. */
  readonly wasAskedFor: boolean;
  /** Settles when it runs; rejects with a setup fault when it cannot be started. */
  started: Promise<{ pid: number; command: string }>;
  signal: AbortSignal;
  closed: Promise<AgentExit>;
  /** Remembers what it has started until now, so that it is found even if it hides later. */
  note(): void;
  stop(limits: StopLimits): Promise<StopReport>;
  /** Stops the clock of all that it has started. True when nothing of it is left running. */
  freeze(): Promise<boolean>;
  thaw(): Promise<void>;
}

/**
 * @param id value of the marker variable
 * @param table one for all agents: looks at the same moment share one reading
 * @param around guardian: is told of it, to end it should the deck itself die; wall: it is started behind it
 */
export function agentProcess(
  id: string,
  table: ProcessTable,
  { guardian, wall }: { guardian?: Guardian | undefined; wall?: AgentWall | undefined } = {},
): AgentProcess {
  const marker = { name: markerName, value: id };
  const started = Promise.withResolvers<{ pid: number; command: string }>();
  const closed = Promise.withResolvers<AgentExit>();
  const gone = new AbortController();
  let child: Child | undefined;
  let broken: string | undefined;
  let isFrozen = false;
  // A failed start is told by `started`; the SDK's own reader may be the only one who looks at `closed`.
  started.promise.catch(() => "told to whoever opens the session");

  const stop = async (limits: StopLimits): Promise<StopReport> => {
    if (child === undefined) return { proven: true, survivors: [] };
    // What is frozen cannot end by itself, so it gets no time for it.
    const report = await stopTree(child, isFrozen ? hardStop : limits, table);
    if (report.proven) guardian?.forget(marker);
    child.release();
    return { proven: report.proven, survivors: report.survivors.map((survivor) => survivor.pid) };
  };

  const tellEnd = async (running: Child): Promise<void> => {
    const exit = await running.closed;
    const stderr = await running.lastWords(lastWordsMs);
    closed.resolve(
      broken === undefined
        ? agentExit(wall === undefined ? exit : unwrapped(exit), stderr)
        : { how: "broken", reason: broken, stderr },
    );
    gone.abort();
  };

  /** The SDK waits for the exit: without output, that could be for ever. */
  const endMute = async (running: Child): Promise<void> => {
    await pause(exitGraceMs, running.signal);
    if (running.exit !== undefined || running.stopping !== undefined) return;
    broken ??= "its output ended while it was still running";
    await stop(hardStop);
  };

  const spawn = (options: SpawnOptions): SpawnedProcess => {
    guardian?.watch(marker);
    const [command, ...args] = behind(wall, options);
    const running = startChild(
      {
        command: command ?? options.command,
        args,
        cwd: options.cwd ?? "/",
        env: definedOnly(options.env),
        marker,
      },
      table,
    );
    child = running;
    const line = [options.command, ...options.args].join(" ");
    running.started.then(({ pid }) => started.resolve({ pid, command: line }), started.reject);
    void tellEnd(running);
    running.stdout.once("end", () => void endMute(running));
    return new SdkProcess(running, () => {
      broken = `it wrote a line of more than ${lineCap / 1024 / 1024} MB`;
      void stop(hardStop);
    });
  };

  return {
    spawn,
    get wasAskedFor() {
      return child !== undefined;
    },
    started: started.promise,
    signal: gone.signal,
    closed: closed.promise,
    note: () => void child?.census.note().catch(() => "the table cannot be read now; a stop looks again"),
    stop,
    async freeze() {
      isFrozen = true;
      return child === undefined || (await freezeTree(child));
    },
    async thaw() {
      if (child !== undefined) await thawTree(child);
      isFrozen = false;
    },
  };
}

/** The child as the SDK wants it. Its kill is only the end of input: ending processes is done by our own stop alone. */
class SdkProcess extends EventEmitter implements SpawnedProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly killed = false;
  readonly #child: Child;

  constructor(child: Child, onOverflow: () => void) {
    super();
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout.pipe(lineGuard(lineCap, onOverflow));
    // An "error" event without a listener would end the deck.
    this.on("error", () => "told by the start of the session");
    child.started.catch((error: unknown) => this.emit("error", error));
    void child.closed.then((exit) => this.emit("exit", codeOf(exit), exit.how === "signal" ? exit.signal : null));
  }

  get exitCode(): number | null {
    return this.#child.exit === undefined ? null : codeOf(this.#child.exit);
  }

  get signalCode(): NodeJS.Signals | null {
    return this.#child.exit?.how === "signal" ? this.#child.exit.signal : null;
  }

  kill(): boolean {
    this.#child.stdin.end();
    return true;
  }
}

/** Passes bytes on until a line is longer than the cap; then tells so once, and ends. */
function lineGuard(cap: number, onOverflow: () => void): Transform {
  let length = 0;
  let isOver = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const last = chunk.lastIndexOf(10);
      const longest =
        last === -1 ? length + chunk.length : Math.max(length + chunk.indexOf(10), chunk.length - last - 1);
      length = last === -1 ? length + chunk.length : chunk.length - last - 1;
      if (!isOver && longest > cap) {
        isOver = true;
        this.push(null);
        onOverflow();
      }
      done(null, isOver ? undefined : chunk);
    },
  });
}

/** The command line behind the wall. What cannot be run is started without, so that its start fails, and says why. */
function behind(wall: AgentWall | undefined, { command, args }: SpawnOptions): string[] {
  if (wall === undefined) return [command, ...args];
  try {
    if (isAbsolute(command)) accessSync(command, constants.X_OK);
    return [wall.agent, command, ...args];
  } catch {
    // The start is about to tell the same, with a next step.
    return [command, ...args];
  }
}

/** Behind the wall, the end by a signal comes as an exit code above 128, as in a shell. */
function unwrapped(exit: Exit): Exit {
  if (exit.how !== "code" || exit.code <= 128) return exit;
  const [name] = Object.entries(systemConstants.signals).find(([, number]) => number === exit.code - 128) ?? [];
  return name === undefined ? exit : { how: "signal", signal: name as NodeJS.Signals };
}

function agentExit(exit: Exit, stderr: string): AgentExit {
  switch (exit.how) {
    case "code":
      return { how: "code", code: exit.code, stderr };
    case "signal":
      return { how: "signal", signal: exit.signal, stderr };
    case "never":
      return { how: "broken", reason: exit.fault.message, stderr };
    default:
      return unreachable(exit);
  }
}

const codeOf = (exit: Exit): number | null => (exit.how === "code" ? exit.code : null);

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
