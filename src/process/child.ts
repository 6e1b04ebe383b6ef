import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { PassThrough, pipeline, Readable, Writable } from "node:stream";
import { pause } from "../base/clock.ts";
import type { Fault } from "../base/fault.ts";
import { type Census, createCensus } from "./census.ts";
import type { Identity, ProcessTable } from "./entry.ts";
import type { Exit } from "./exit.ts";
import type { Marker } from "./marker.ts";
import type { RunningStop } from "./report.ts";
import { setupFault } from "./setup.ts";
import { stamp } from "./stamp.ts";
import { systemTable } from "./table.ts";
import { tail } from "./tail.ts";

export interface ChildSpec {
  command: string;
  args: string[];
  cwd: string;
  /** The whole environment of the child; nothing is inherited. */
  env: Record<string, string>;
  marker: Marker;
}

/** One process in a session and a process group of its own. Nothing here waits for the end of stdout. */
export interface Child {
  readonly marker: Marker;
  /** Undefined if it never started. */
  readonly pid: number | undefined;
  /** Settles when it runs and is marked; rejects with a `setup` fault when it cannot be started. */
  readonly started: Promise<Identity>;
  /** Known as soon as the child has ended, a moment before `closed`. The first cause stays. */
  readonly exit: Exit | undefined;
  /** Settles when the process itself is over and its orphans are noted, though one of them may still hold its pipes. */
  readonly closed: Promise<Exit>;
  /** Aborts together with `closed`, with the exit as its reason. */
  readonly signal: AbortSignal;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The last 8 KB of stderr so far. Raw: pass it through `inert` before it is shown. */
  stderr(): string;
  /** The same, once stderr is over, or after the bound if a grandchild holds it. */
  lastWords(boundMs: number): Promise<string>;
  readonly table: ProcessTable;
  readonly census: Census;
  /** Lets go of the pipes, which an escaped process may hold for ever. Unread output is lost. */
  release(): void;
  /** Kept by `stopTree`, so that one stop serves all who ask for it. */
  stopping: RunningStop | undefined;
}

/** Starts a child and waits until it runs. Rejects with a `setup` fault that says what to do. */
export async function spawnChild(spec: ChildSpec, table?: ProcessTable): Promise<Child> {
  const child = startChild(spec, table);
  await child.started;
  return child;
}

/** The same for a caller that must have the streams at once; whether it works is told by `started`. */
export function startChild(spec: ChildSpec, table: ProcessTable = systemTable()): Child {
  const census = createCensus(table, spec.marker);
  const over = Promise.withResolvers<Exit>();
  const ended = new AbortController();
  let exit: Exit | undefined;
  const end = async (how: Exit): Promise<void> => {
    if (exit !== undefined) return;
    exit = how;
    // Its orphans are best told now, while their group and session still bear its number: who hears of the end may rely on it.
    if (how.how !== "never") await census.note().catch(() => "a stop looks again, and reports what it cannot see");
    over.resolve(how);
    ended.abort(how);
  };

  const { started, running, streams } = launch(spec, table, census, end);
  started.catch((fault: Fault) => end({ how: "never", fault }));
  const errors = tail(streams.stderr, stderrBytes);

  return {
    marker: spec.marker,
    pid: running?.pid,
    started,
    get exit() {
      return exit;
    },
    closed: over.promise,
    signal: ended.signal,
    stdin: streams.stdin,
    stdout: streams.stdout,
    stderr: () => errors.text(),
    async lastWords(boundMs) {
      const enough = new AbortController();
      await Promise.race([errors.ended, pause(boundMs, enough.signal)]);
      enough.abort();
      return errors.text();
    },
    table,
    census,
    release() {
      for (const stream of [streams.stdin, streams.stdout, streams.stderr]) stream.destroy();
    },
    stopping: undefined,
  };
}

const stderrBytes = 8192;

interface Streams {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

interface Launch {
  started: Promise<Identity>;
  running: ChildProcessWithoutNullStreams | undefined;
  streams: Streams;
}

function launch(spec: ChildSpec, table: ProcessTable, census: Census, end: (exit: Exit) => Promise<void>): Launch {
  let running: ChildProcessWithoutNullStreams;
  try {
    running = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env, [spec.marker.name]: spec.marker.value },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } catch (error) {
    // Node reports most failures as an event, but throws a few (arguments too long) from here.
    return { started: failed(error, spec), running: undefined, streams: noStreams() };
  }
  const { pid } = running;
  for (const stream of [running.stdin, running.stdout, running.stderr])
    stream.on("error", () => "a pipe breaks when its other end is gone; the exit tells why");
  if (pid === undefined) {
    const failure = Promise.withResolvers<never>();
    running.on("error", failure.reject);
    return { started: failure.promise.catch((error: unknown) => failed(error, spec)), running, streams: running };
  }
  running.on("error", () => "it runs already: only a failed kill or send comes here, and neither is used");
  running.on("exit", (code, signal) => {
    void end(signal === null ? { how: "code", code: code ?? 0 } : { how: "signal", signal });
  });
  const { stdin, stderr } = running;
  return {
    started: identify(running, pid, spec, table, census),
    running,
    streams: { stdin, stdout: kept(running.stdout), stderr },
  };
}

async function identify(
  running: ChildProcess,
  pid: number,
  spec: ChildSpec,
  table: ProcessTable,
  census: Census,
): Promise<Identity> {
  const isOver = (): boolean => running.exitCode !== null || running.signalCode !== null;
  const stamped = stamp(pid, spec.marker, isOver);
  // On Linux this reads before anything else can happen, so even a child that has ended is still there, as a zombie.
  const entry = await table.find(pid).catch(() => undefined);
  const identity = { pid, started: entry?.started ?? Number.NaN };
  if (entry !== undefined) census.adopt(identity);
  await stamped;
  return identity;
}

/**
 * At the exit of a child, Node throws away the output that nobody reads yet. Behind a stream of our own it waits for its
 * reader, with the usual back pressure.
 */
function kept(stdout: Readable): Readable {
  const held = new PassThrough();
  pipeline(stdout, held, () => "the reader of the held stream is told the same");
  held.on("error", () => "released before its end; a reader that is still there is told by its own listener");
  return held;
}

async function failed(error: unknown, spec: ChildSpec): Promise<never> {
  throw await setupFault(error, spec);
}

function noStreams(): Streams {
  const stdin = new Writable({ write: (_chunk, _encoding, done) => done() });
  return { stdin, stdout: Readable.from([]), stderr: Readable.from([]) };
}
