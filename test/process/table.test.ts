import { expect, test } from "vitest";
import { createCensus } from "../../src/process/census.ts";
import type { ProcessEntry, ProcessTable } from "../../src/process/entry.ts";
import { linuxTable, parseStat } from "../../src/process/linux.ts";
import { blockCarries, stampOf } from "../../src/process/marker.ts";
import { parsePsLine, procpsFlags, psTable } from "../../src/process/ps.ts";
import { stopTree } from "../../src/process/stop.ts";
import { newMarker, quick, until, workbench } from "./workbench.ts";

const stat = (name: string, state: string, threads: number): string =>
  `42 (${name}) ${state} 7 40 39 0 -1 4194560 1 2 0 4 1 1 2 8 20 0 ${threads} 0 76629 5124096 1004 18446744073709551615`;

test("a program's name may hold brackets, blanks and a false state", () => {
  expect(parseStat(stat("a) Z 1 (b", "S", 1))).toEqual({
    pid: 42,
    parent: 7,
    group: 40,
    session: 39,
    started: 76_629,
    alive: true,
    command: "a) Z 1 (b",
  });
});

test("a zombie is not alive, unless only its first thread is over", () => {
  expect(parseStat(stat("x", "Z", 1))?.alive).toBe(false);
  expect(parseStat(stat("x", "X", 1))?.alive).toBe(false);
  expect(parseStat(stat("x", "Z", 3))?.alive).toBe(true);
  expect(parseStat(stat("x", "T", 1))?.alive).toBe(true);
});

test("kernel threads and half-read lines are no processes", () => {
  expect(parseStat(stat("kthreadd", "S", 1).replace("4194560", "2129984"))).toBe(undefined);
  expect(parseStat("42 (cut")).toBe(undefined);
  expect(parseStat("42 (cut) S 7")).toBe(undefined);
});

test("an environment bears a marker only as one whole variable", () => {
  const marker = { name: "M", value: "cx-1" };
  expect(blockCarries("A=1\0M=cx-1\0B=2\0", marker)).toBe(true);
  expect(blockCarries("M=cx-1\0", marker)).toBe(true);
  for (const block of ["M=cx-12\0", "XM=cx-1\0", "A=M=cx-1\0", "M=cx-1", "M=cx-\x001", ""])
    expect(blockCarries(block, marker)).toBe(false);
});

test("stamps of markers that are alike differ, and are exact numbers", () => {
  const one = stampOf({ name: "M", value: "cx-1a2b3c4d" });
  expect(one).not.toBe(stampOf({ name: "M", value: "cx-1a2b3c4e" }));
  expect(Number.isSafeInteger(Number(one))).toBe(true);
});

test("a line of ps is read, of this platform's or of macOS's making", () => {
  expect(parsePsLine("  501     1   501 Ss   Sun Nov 22 15:16:20 2026     /usr/libexec/x -a  b")).toEqual({
    pid: 501,
    parent: 1,
    group: 501,
    session: undefined,
    started: Date.UTC(2026, 10, 22, 15, 16, 20),
    alive: true,
    command: "/usr/libexec/x -a  b",
  });
  expect(parsePsLine("  9  1  9 Z+  Mon Jan  5 01:02:03 2026 (x)")?.alive).toBe(false);
  expect(parsePsLine("PID PPID PGID STAT STARTED COMMAND")).toBe(undefined);
});

test("through ps, a tree and an orphan with the marker are found, and mere mentions are not", async () => {
  await using bench = await workbench();
  const table = psTable(procpsFlags);
  const marker = newMarker();
  const child = await bench.sh(
    "(setsid sleep 300 & echo $! >$BENCH/left); env -i sleep 300 & echo $! >$BENCH/bare; wait",
    {
      marker,
      table,
    },
  );
  const mention = await bench.sh(`exec sh -c 'sleep 300; true' ${marker.name}=${marker.value} x`);
  const expected = [child.pid ?? 0, await bench.pid("left"), await bench.pid("bare")];
  const { alive } = await child.census.look();
  expect(new Set(alive.map(({ pid }) => pid))).toEqual(new Set(expected));
  expect(await stopTree(child, quick, table)).toEqual({ proven: true, survivors: [] });
  expect(await bench.isAlive(mention.pid ?? 0)).toBe(true);
});

test("through ps, a number that nobody has is nobody", async () => {
  expect(await psTable(procpsFlags).find(4_194_999)).toBe(undefined);
});

const entry = (pid: number, parent: number, group: number, session: number, started = 100): ProcessEntry => ({
  pid,
  parent,
  group,
  session,
  started,
  alive: true,
  command: "x",
});

function fakeTable(entries: () => ProcessEntry[], bearers: number[] = []): ProcessTable {
  return {
    list: async () => entries(),
    find: async (pid) => entries().find((one) => one.pid === pid),
    carriers: async (candidates) => candidates.filter(({ pid }) => bearers.includes(pid)),
  };
}

const self = entry(process.pid, 900, 900, 900, 1);
const shell = entry(900, 1, 900, 900, 1);
const seen = async (entries: () => ProcessEntry[], looks: number, bearers: number[] = []): Promise<number[][]> => {
  const census = createCensus(fakeTable(entries, bearers), newMarker());
  census.adopt({ pid: 50_000, started: 100 });
  const found: number[][] = [];
  for (let look = 0; look < looks; look += 1) found.push((await census.look()).alive.map(({ pid }) => pid));
  return found;
};

test("a session is remembered after its leader is gone, but not after its number was empty", async () => {
  const root = entry(50_000, process.pid, 50_000, 50_000);
  const leader = entry(50_001, 50_000, 50_001, 50_001);
  const orphan = entry(50_002, 1, 50_002, 50_001);
  const later = [[root, leader], [root, orphan], [root], [root, entry(50_003, 1, 50_003, 50_001, 500)]];
  let look = -1;
  const entries = (): ProcessEntry[] => [self, shell, ...(later[(look += 1)] ?? [])];
  expect(await seen(entries, 4)).toEqual([[50_000, 50_001], [50_000, 50_002], [50_000], [50_000]]);
});

test("a session whose number now leads somebody else's is not ours", async () => {
  const foreign = [entry(50_000, 1, 50_000, 50_000, 777), entry(50_004, 50_000, 50_000, 50_000, 778)];
  expect(await seen(() => [self, shell, ...foreign], 1)).toEqual([[]]);
});

test("a bearer in somebody else's session does not make that session ours", async () => {
  const login = entry(60_000, 1, 60_000, 60_000, 200);
  const bearer = entry(60_001, 60_000, 60_001, 60_000, 300);
  const neighbour = entry(60_002, 60_000, 60_002, 60_000, 300);
  expect(await seen(() => [self, shell, login, bearer, neighbour], 1, [60_001])).toEqual([[60_001]]);
});

test("the deck, its ancestors, their session, pid 1 and what is older than the child are never ours", async () => {
  const older = entry(50_005, 50_000, 50_000, 50_000, 99);
  const beside = entry(50_006, 900, 50_006, 900, 300);
  const first = entry(1, 0, 1, 1, 0);
  const root = entry(50_000, process.pid, 50_000, 50_000);
  const everybody = [first, self, shell, older, beside, root];
  expect(await seen(() => everybody, 1, [1, process.pid, 900, 50_005, 50_006])).toEqual([[50_000]]);
});

test("this process is in its own table, and not as a stranger", async () => {
  const entries = await linuxTable().list();
  expect(entries.find(({ pid }) => pid === process.pid)).toMatchObject({ parent: process.ppid, alive: true });
  await until(async () => (await linuxTable().find(process.pid))?.alive === true);
});
