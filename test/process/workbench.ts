import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../../src/base/clock.ts";
import { type Child, spawnChild } from "../../src/process/child.ts";
import type { ProcessTable } from "../../src/process/entry.ts";
import { linuxTable } from "../../src/process/linux.ts";
import type { Marker } from "../../src/process/marker.ts";
import { stopBearers, stopTree } from "../../src/process/stop.ts";

export const quick = { graceMs: 0, termMs: 0, killMs: 5000 };

export const newMarker = (): Marker => ({
  name: "CYBERDECK_CONSTRUCT",
  value: `cx-${randomBytes(4).toString("hex")}`,
});

/** A folder, and children that are all gone, with whatever they started, when it is disposed of. */
export interface Workbench extends AsyncDisposable {
  folder: string;
  /** Runs a shell script; `$BENCH` is the folder. */
  sh(script: string, options?: { marker?: Marker; table?: ProcessTable }): Promise<Child>;
  /** The process number that a script has written into a file of the folder. */
  pid(file: string): Promise<number>;
  isAlive(pid: number): Promise<boolean>;
  /** Processes of other owners, to be ended by number. */
  owned: number[];
}

export async function workbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), "deck-process-"));
  const children: Child[] = [];
  const owned: number[] = [];
  const table = linuxTable();
  return {
    folder,
    owned,
    async sh(script, options = {}) {
      const child = await spawnChild(
        {
          command: "/bin/sh",
          args: ["-c", script],
          cwd: folder,
          env: { PATH: "/usr/bin:/bin", BENCH: folder },
          marker: options.marker ?? newMarker(),
        },
        options.table,
      );
      children.push(child);
      return child;
    },
    async pid(file) {
      const path = join(folder, file);
      let text = "";
      await until(async () => (text = await readFile(path, "utf8").catch(() => "")).endsWith("\n"));
      const pid = Number(text);
      owned.push(pid);
      return pid;
    },
    isAlive: async (pid) => (await table.find(pid))?.alive === true,
    async [Symbol.asyncDispose]() {
      for (const pid of owned) if ((await table.find(pid))?.alive === true) process.kill(pid, "SIGKILL");
      for (const child of children) {
        await stopTree(child, quick);
        await stopBearers(child.marker, quick);
        child.release();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a condition holds; fails after a bound that only a broken program reaches. */
export async function until(condition: () => Promise<boolean> | boolean, boundMs = 15_000): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not so within ${boundMs} ms: ${condition.toString()}`);
    await pause(5);
  }
}
