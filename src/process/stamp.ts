import { spawn } from "node:child_process";
import { pause } from "../base/clock.ts";
import { stampOf, type Marker } from "./marker.ts";
import { send } from "./signals.ts";

/**
 * Leaves the marker where a child cannot lose it by accident: as the limit of file locks, which Linux has ignored since 2.4.25
 * but still hands down to every descendant and shows in `/proc/PID/limits` to everybody. It survives a cleared environment,
 * setsid, a double fork and closed files; only a program that sets this very limit on purpose gets rid of it.
 * Call it in the same breath as the spawn: the child stands still meanwhile. What it manages to start before (it has some hundred
 * microseconds; an agent takes a hundred times as long to load) lacks the stamp, and is found like everything else.
 * Needs `prlimit` of util-linux and is an extra: where it is missing, the environment alone must do. Says whether it worked.
 */
export async function stamp(pid: number, marker: Marker, isOver: () => boolean): Promise<boolean> {
  if (process.platform !== "linux") return false;
  send(pid, "SIGSTOP");
  try {
    return await setLimit(pid, stampOf(marker));
  } finally {
    // Once its exit was read, its number may be another's.
    if (!isOver()) send(pid, "SIGCONT");
  }
}

async function setLimit(pid: number, value: string): Promise<boolean> {
  const tool = spawn("prlimit", ["--pid", String(pid), `--locks=${value}:${value}`], {
    stdio: "ignore",
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
  });
  const over = Promise.withResolvers<boolean>();
  tool.on("error", () => over.resolve(false));
  tool.on("exit", (code) => over.resolve(code === 0));
  const bound = new AbortController();
  const late = pause(mostMs, bound.signal).then(() => false);
  try {
    return await Promise.race([over.promise, late]);
  } finally {
    bound.abort();
    tool.kill("SIGKILL");
  }
}

/** It takes two or three milliseconds; on a machine so busy that it takes this long, it is done without. */
const mostMs = 1000;
