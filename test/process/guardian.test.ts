import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { pause } from "../../src/base/clock.ts";
import { startGuardian } from "../../src/process/guardian.ts";
import { until } from "./workbench.ts";

const script = join(import.meta.dirname, "../../src/bin/guardian.ts");
const name = "CYBERDECK_GUARDIAN_TEST";
const sleepers: ChildProcess[] = [];

const isRunning = (pid: number): boolean =>
  sleepers.some((child) => child.pid === pid && child.exitCode === null && child.signalCode === null);

/** A process that bears the marker, in a session of its own, and ignores a polite request. */
function sleeper(value: string): number {
  const child = spawn("/bin/sh", ["-c", "trap '' TERM; sleep 300"], {
    detached: true,
    stdio: "ignore",
    env: { [name]: value },
  });
  sleepers.push(child);
  return child.pid ?? 0;
}

afterEach(() => {
  for (const child of sleepers.splice(0))
    if (child.pid !== undefined && isRunning(child.pid)) process.kill(-child.pid, "SIGKILL");
});

test("when its deck lets go without a word, it ends what bears a watched marker, and nothing else", async () => {
  const [mine, other, similar] = [sleeper("cx-0000000a"), sleeper("cx-0000000b"), sleeper("cx-0000000ab")];
  const guardian = startGuardian(script);
  guardian.watch({ name, value: "cx-0000000a" });
  guardian.watch({ name, value: "cx-0000000b" });
  guardian.forget({ name, value: "cx-0000000b" });
  await guardian.close();
  await until(() => !isRunning(mine), 10_000);
  expect([isRunning(other), isRunning(similar)]).toEqual([true, true]);
});

test("ends what it watches when the word that it may go on does not come again, and goes on watching", async () => {
  const [first, other, second] = [sleeper("cx-0000000e"), sleeper("cx-0000000f"), sleeper("cx-00000010")];
  const guardian = startGuardian(script);
  // Said before there is anything to watch, it counts from then.
  guardian.mayActFor(1500);
  guardian.watch({ name, value: "cx-0000000e" });
  await until(() => !isRunning(first), 10_000);
  expect([isRunning(other), isRunning(second)]).toEqual([true, true]);
  guardian.forget({ name, value: "cx-0000000e" });
  guardian.watch({ name, value: "cx-00000010" });
  await pause(1000);
  expect(isRunning(second)).toBe(true);
  guardian.mayActFor(0);
  await until(() => !isRunning(second), 10_000);
  expect(isRunning(other)).toBe(true);
  await guardian.close();
});

test("goes on as long as the word comes, also when the deck is there for long", async () => {
  const child = sleeper("cx-00000011");
  const guardian = startGuardian(script);
  guardian.watch({ name, value: "cx-00000011" });
  for (let times = 0; times < 12; times += 1) {
    guardian.mayActFor(2000);
    await pause(250);
  }
  expect(isRunning(child)).toBe(true);
  guardian.mayActFor(60_000);
  await pause(2500);
  expect(isRunning(child)).toBe(true);
  await guardian.close();
  await until(() => !isRunning(child), 10_000);
});

test("a deck that has ended everything itself leaves it nothing to do, and a line that is none is passed over", async () => {
  const child = sleeper("cx-0000000c");
  const guardian = startGuardian(script);
  guardian.watch({ name, value: "cx-0000000c" });
  guardian.forget({ name, value: "cx-0000000c" });
  await guardian.close();
  expect(isRunning(child)).toBe(true);
});

test("without anything to watch no process is started", async () => {
  await expect(startGuardian("/nowhere/guardian.ts").close()).resolves.toBeUndefined();
});

test("one that cannot be started does not harm the deck", async () => {
  const guardian = startGuardian("/nowhere/guardian.ts");
  guardian.watch({ name, value: "cx-0000000d" });
  await expect(guardian.close()).resolves.toBeUndefined();
});
