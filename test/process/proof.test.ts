import { expect, test } from "vitest";
import { linuxTable } from "../../src/process/linux.ts";
import { proveGone } from "../../src/process/proof.ts";
import { newMarker, workbench } from "./workbench.ts";

test("nothing to find is proven by two looks", async () => {
  expect(await proveGone([newMarker(), newMarker()], 5000)).toEqual({
    proven: true,
    looks: [0, 0],
    found: [],
    survivors: [],
  });
  expect(await proveGone([], 5000)).toMatchObject({ proven: true, looks: [0, 0] });
});

test("what is found of any marker is ended, and then proven to be gone; others stay", async () => {
  await using bench = await workbench();
  const [one, two, other] = [newMarker(), newMarker(), newMarker()];
  const script = (name: string): string => `setsid sh -c 'echo $$ >$BENCH/${name}; exec sleep 60' & exec sleep 60`;
  for (const [name, marker] of Object.entries({ one, two, other })) await bench.sh(script(name), { marker });
  const [first, second, third] = [await bench.pid("one"), await bench.pid("two"), await bench.pid("other")];
  const proof = await proveGone([one, two], 10_000);
  expect(proof).toMatchObject({ proven: true, survivors: [] });
  expect(proof.looks[0]).toBeGreaterThanOrEqual(4);
  expect(proof.looks.slice(-2)).toEqual([0, 0]);
  expect([await bench.isAlive(first), await bench.isAlive(second), await bench.isAlive(third)]).toEqual([
    false,
    false,
    true,
  ]);
});

test("what cannot be ended within the bound is named, and nothing is called proven", async () => {
  await using bench = await workbench();
  const marker = newMarker();
  await bench.sh("echo $$ >$BENCH/pid; exec sleep 60", { marker });
  const pid = await bench.pid("pid");
  const table = linuxTable();
  // A table that lets nobody be found again keeps every signal back.
  const proof = await proveGone([marker], 50, { ...table, find: () => Promise.resolve(undefined) });
  expect(proof.proven).toBe(false);
  expect(proof.survivors.map((survivor) => survivor.pid)).toEqual([pid]);
});

test("a process table that cannot be read proves nothing", async () => {
  const blind = { ...linuxTable(), list: () => Promise.reject(new Error("no handle left")) };
  expect(await proveGone([newMarker()], 50, blind)).toMatchObject({ proven: false, survivors: [] });
});
