import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ProcessTable } from "../../src/process/entry.ts";
import { freezeTree, thawTree } from "../../src/process/freeze.ts";
import { linuxTable } from "../../src/process/linux.ts";
import { stopBearers, stopTree } from "../../src/process/stop.ts";
import { quick, until, workbench, type Workbench } from "./workbench.ts";

const proven = { proven: true, survivors: [] };
const gentle = { graceMs: 100, termMs: 100, killMs: 5000 };

/** The kernel's letter for a process: T is stopped. */
const letterOf = (pid: number): string =>
  /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "?";

/** Stopped, or waiting for a stopped child of a vfork. */
const isStill = (pid: number): boolean => ["T", "D"].includes(letterOf(pid));

/** A child, an own session below it, and an orphan in a session of its own. */
const family =
  "setsid sleep 300 & echo $! >$BENCH/session; (setsid sh -c 'sleep 300 & echo $! >$BENCH/orphan' &); " +
  "while :; do echo tick >>$BENCH/ticks; sleep 0.01; done";

async function familyOf(bench: Workbench) {
  const child = await bench.sh(family);
  const pids = [child.pid ?? 0, await bench.pid("session"), await bench.pid("orphan")];
  const ticks = (): number => statSync(join(bench.folder, "ticks"), { throwIfNoEntry: false })?.size ?? 0;
  await until(() => ticks() > 0);
  return { child, pids, ticks };
}

test("a frozen tree stands still, also what has left its group and session, and goes on when it is thawed", async () => {
  await using bench = await workbench();
  const { child, pids, ticks } = await familyOf(bench);
  expect(await freezeTree(child)).toBe(true);
  await until(() => pids.every(isStill));
  const still = ticks();
  expect(pids.every(isStill)).toBe(true);
  expect(ticks()).toBe(still);
  await thawTree(child);
  await until(() => ticks() > still);
  expect(pids.map(letterOf)).not.toContain("T");
});

test("nothing of a frozen tree survives a stop, whether it is asked first or not", async () => {
  for (const limits of [quick, gentle]) {
    await using bench = await workbench();
    const { child, pids } = await familyOf(bench);
    expect(await freezeTree(child)).toBe(true);
    expect(await stopTree(child, limits)).toEqual(proven);
    expect(await Promise.all(pids.map((pid) => bench.isAlive(pid)))).toEqual([false, false, false]);
  }
});

test("nothing of a frozen tree survives the sweep by marker, which is all that is left when a deck has died", async () => {
  await using bench = await workbench();
  const { child, pids } = await familyOf(bench);
  expect(await freezeTree(child)).toBe(true);
  expect(await stopBearers(child.marker, { termMs: 100, killMs: 5000 })).toEqual(proven);
  await child.closed;
  expect(await Promise.all(pids.map((pid) => bench.isAlive(pid)))).toEqual([false, false, false]);
});

test("a tree that starts more and more is frozen all the same", async () => {
  await using bench = await workbench();
  const child = await bench.sh("echo $$ >$BENCH/ready; while :; do sleep 300 & sleep 0.001; done");
  await bench.pid("ready");
  expect(await freezeTree(child)).toBe(true);
  const { alive } = await child.census.look();
  // One that runs on another core takes the signal a moment later.
  await until(() => alive.every(({ pid }) => isStill(pid)));
  expect((await child.census.look()).alive.map(({ pid }) => pid)).toEqual(alive.map(({ pid }) => pid));
  expect(await stopTree(child, quick)).toEqual(proven);
});

test("a freeze of what is over, or is being ended, does nothing and says so", async () => {
  await using bench = await workbench();
  const over = await bench.sh("exit 0");
  await over.closed;
  expect(await freezeTree(over)).toBe(false);
  const going = await bench.sh("trap '' TERM; echo $$ >$BENCH/ready; while :; do sleep 60; done");
  await bench.pid("ready");
  const stopping = stopTree(going, gentle);
  expect(await freezeTree(going)).toBe(false);
  await thawTree(going);
  expect(await stopping).toEqual(proven);
});

test("a freeze that cannot read the process table does not call itself complete", async () => {
  await using bench = await workbench();
  const seeing = linuxTable();
  let isBlind = false;
  const table: ProcessTable = {
    ...seeing,
    list: () => (isBlind ? Promise.reject(new Error("no file handle left")) : seeing.list()),
  };
  const child = await bench.sh("exec cat", { table });
  isBlind = true;
  expect(await freezeTree(child)).toBe(false);
  isBlind = false;
});
