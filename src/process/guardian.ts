import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pause, systemClock, type Clock } from "../base/clock.ts";
import type { Marker } from "./marker.ts";
import { stopBearers } from "./stop.ts";

/**
 * A small process beside the deck that lives a moment longer. It is told the markers of what the deck has started; when
 * the deck is gone without having ended them (kill -9, a crash), it ends everything that bears them. So it does when who may act only for
 * a time, such as a node by its lease, stands still beyond that.
 */
export interface Guardian {
  /** Its process, while there is one. */
  readonly pid: number | undefined;
  watch(marker: Marker): void;
  forget(marker: Marker): void;
  /**
   * What is watched may go on for so long, milliseconds from now, and is ended then unless this is said again before. Without such a word
   * it may go on for as long as the deck is there.
   */
  mayActFor(ms: number): void;
  /** Lets it go; what is still watched is ended by it. */
  close(): Promise<void>;
}

/** @param script the program that calls `guard` on its input */
export function startGuardian(script: string, clock: Clock = systemClock): Guardian {
  let running: ChildProcess | undefined;
  /** Of the monotonic clock. */
  let until: number | undefined;

  const tellUntil = (): void => {
    if (until === undefined) return;
    running?.stdin?.write(`! ${Math.max(0, Math.ceil(until - clock.monotonic()))}\n`);
  };
  const start = (): ChildProcess => {
    running = launch(script);
    // What begins after that time is none of what it was said of.
    if (until !== undefined && until > clock.monotonic()) tellUntil();
    return running;
  };
  const tell = (sign: "+" | "-", { name, value }: Marker): void => {
    // Without anything to watch there is no need of it.
    (running ?? start()).stdin?.write(`${sign}${name}=${value}\n`);
  };

  return {
    get pid() {
      return running?.pid;
    },
    watch: (marker) => tell("+", marker),
    forget: (marker) => tell("-", marker),
    mayActFor(ms) {
      until = clock.monotonic() + ms;
      tellUntil();
    },
    async close() {
      if (running === undefined) return;
      const gone = new AbortController();
      running.once("exit", () => gone.abort());
      running.stdin?.end();
      if (running.exitCode === null) await pause(mostCloseMs, gone.signal);
    },
  };
}

/**
 * The life of the guardian process: reads what to watch until the other end is closed, however that came, and ends what is watched then; and
 * before, when the time is over for which that may go on.
 */
export async function guard(input: Readable, clock: Clock = systemClock): Promise<void> {
  const watched = new Map<string, Marker>();
  let expiry: Disposable | undefined;

  const endAll = async (): Promise<void> => {
    await Promise.all(Array.from(watched.values(), (marker) => stopBearers(marker, { termMs: 300, killMs: 5000 })));
  };
  const endAt = (until: number): void => {
    expiry?.[Symbol.dispose]();
    // A timer may be early by a moment.
    expiry = clock.after(Math.max(0, until - clock.monotonic()), () =>
      clock.monotonic() < until ? endAt(until) : void endAll(),
    );
  };
  for await (const line of createInterface({ input })) {
    const [, ms] = /^! (\d+)$/.exec(line) ?? [];
    if (ms !== undefined) endAt(clock.monotonic() + Number(ms));
    const [, sign, name, value] = /^([+-])([^=]+)=(.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (sign === "+") watched.set(value, { name, value });
    else watched.delete(value);
  }
  expiry?.[Symbol.dispose]();
  await endAll();
}

/** When nothing is watched any more it leaves at once. */
const mostCloseMs = 2000;

function launch(script: string): ChildProcess {
  // A session of its own: what ends the deck's terminal or group does not end its guardian.
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    env: {},
  });
  child.on("error", () => "it is an extra: without it the next resume ends what is left behind");
  child.stdin?.on("error", () => "it is gone; see above");
  child.unref();
  return child;
}
