import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pause } from "../base/clock.ts";
import type { Marker } from "./marker.ts";
import { stopBearers } from "./stop.ts";

/**
 * A small process beside the deck that lives a moment longer. It is told the markers of what the deck has started; when
 * the deck is gone without having ended them (kill -9, a crash), it ends everything that bears them.
 */
export interface Guardian {
  /** Its process, while there is one. */
  readonly pid: number | undefined;
  watch(marker: Marker): void;
  forget(marker: Marker): void;
  /** Lets it go; what is still watched is ended by it. */
  close(): Promise<void>;
}

/** @param script the program that calls `guard` on its input */
export function startGuardian(script: string): Guardian {
  let running: ChildProcess | undefined;

  const tell = (sign: "+" | "-", { name, value }: Marker): void => {
    // Without anything to watch there is no need of it.
    running ??= launch(script);
    running.stdin?.write(`${sign}${name}=${value}\n`);
  };

  return {
    get pid() {
      return running?.pid;
    },
    watch: (marker) => tell("+", marker),
    forget: (marker) => tell("-", marker),
    async close() {
      if (running === undefined) return;
      const gone = new AbortController();
      running.once("exit", () => gone.abort());
      running.stdin?.end();
      if (running.exitCode === null) await pause(mostCloseMs, gone.signal);
    },
  };
}

/** The life of the guardian process: reads what to watch until the other end is closed, however that came. */
export async function guard(input: Readable): Promise<void> {
  const watched = new Map<string, Marker>();
  for await (const line of createInterface({ input })) {
    const [, sign, name, value] = /^([+-])([^=]+)=(.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (sign === "+") watched.set(value, { name, value });
    else watched.delete(value);
  }
  await Promise.all(Array.from(watched.values(), (marker) => stopBearers(marker, { termMs: 300, killMs: 5000 })));
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
