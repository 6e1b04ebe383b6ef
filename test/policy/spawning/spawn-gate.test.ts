import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit, type SpawnState } from "../../../src/policy/spawning/spawn-gate.ts";

const open: SpawnState = {
  isOpen: true,
  total: 3,
  maxSpawns: 30,
  knows: (id) => id === "cx-00000001",
  spawnedAt: (position) => position === 1,
};

describe("the spawn gate", () => {
  test("admits a task with known dependencies", () => {
    expect(admit({ task: "count", after: [1, "cx-00000001"] }, open)).toEqual({ ok: true });
  });

  test.each([
    ["in a run that is ending", { task: "count", after: [] }, { isOpen: false }, "run.closing"],
    ["without a task", { task: " \n", after: [] }, {}, "task.empty"],
    ["at the cap", { task: "count", after: [] }, { total: 30 }, "cap.spawns"],
    ["above the cap", { task: "count", after: [] }, { total: 31 }, "cap.spawns"],
    ["that waits for an item that was not started", { task: "count", after: [2] }, {}, "after.unknown"],
    ["that waits for a construct of another run", { task: "count", after: ["cx-99999999"] }, {}, "after.unknown"],
  ])("refuses a spawn %s", (_, request, change, rule) => {
    expect(admit(request, { ...open, ...change })).toMatchObject({ ok: false, rule });
  });

  test("a cap of zero is no cap", () => {
    expect(admit({ task: "count", after: [] }, { ...open, total: 1_000_000, maxSpawns: 0 })).toEqual({ ok: true });
  });

  test("never admits more than the cap, whatever is asked", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.string(), { maxLength: 200 }), (maxSpawns, tasks) => {
        let total = 0;
        for (const task of tasks) if (admit({ task, after: [] }, { ...open, total, maxSpawns }).ok) total += 1;
        expect(total).toBeLessThanOrEqual(maxSpawns);
      }),
    );
  });
});
