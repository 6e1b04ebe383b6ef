import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schedule, type FleetState } from "../../src/engine/scheduler.ts";

const state = (parts: Partial<FleetState>): FleetState => ({
  queue: [],
  alive: 0,
  starting: 0,
  ready: 0,
  canBeWarm: () => true,
  endOf: () => undefined,
  ...parts,
});

const free = { max_concurrent: 10, max_starting: 10 };

/** Queues of up to 12 spawns that wait for up to three others, of which some have ended. */
const situation = fc
  .record({
    waits: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 3 }), { maxLength: 12 }),
    ends: fc.array(fc.constantFrom<"done" | "not-done" | undefined>("done", "not-done", undefined), {
      minLength: 16,
      maxLength: 16,
    }),
    alive: fc.nat(12),
    starting: fc.nat(4),
    max_concurrent: fc.integer({ min: 1, max: 12 }),
    max_starting: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ waits, ends, alive, starting, ...limits }) => ({
    limits,
    state: state({
      queue: waits.map((after, index) => ({ id: `q${index}`, after: after.map(String) })),
      alive,
      starting: Math.min(starting, alive),
      endOf: (id) => ends[Number(id)],
    }),
  }));

describe("the schedule", () => {
  test("never goes beyond a cap", () => {
    fc.assert(
      fc.property(situation, ({ state: now, limits }) => {
        const { start } = schedule(now, limits);
        if (start.length === 0) return;
        expect(now.alive + start.length).toBeLessThanOrEqual(limits.max_concurrent);
        expect(now.starting + start.length).toBeLessThanOrEqual(limits.max_starting);
      }),
    );
  });

  test("keeps the order of the queue, and leaves nobody waiting while a slot is free", () => {
    fc.assert(
      fc.property(situation, ({ state: now, limits }) => {
        const { start } = schedule(now, limits);
        const ready = now.queue
          .filter(({ after }) => after.every((id) => now.endOf(id) === "done"))
          .map(({ id }) => id);
        expect(start).toEqual(ready.slice(0, start.length));
        const slots = Math.min(limits.max_concurrent - now.alive, limits.max_starting - now.starting);
        expect(start.length).toBe(Math.min(ready.length, Math.max(0, slots)));
      }),
    );
  });

  test("reports who can never start once each, with the one that it waited for in vain", () => {
    fc.assert(
      fc.property(situation, ({ state: now, limits }) => {
        const { start, blocked } = schedule(now, limits);
        expect(new Set(blocked.map(({ id }) => id)).size).toBe(blocked.length);
        for (const { id, by } of blocked) {
          expect(start).not.toContain(id);
          expect(now.queue.find((spawn) => spawn.id === id)?.after).toContain(by);
          expect(now.endOf(by)).toBe("not-done");
        }
        const hopeless = now.queue.filter(({ after }) => after.some((id) => now.endOf(id) === "not-done"));
        expect(blocked.map(({ id }) => id)).toEqual(hopeless.map(({ id }) => id));
      }),
    );
  });

  test("lets a later one pass an earlier one that still waits for somebody", () => {
    const queue = [
      { id: "waits", after: ["busy"] },
      { id: "free", after: [] },
    ];
    expect(schedule(state({ queue }), free)).toEqual({ start: ["free"], unplaced: [], blocked: [] });
  });

  test("counts one that takes an agent which is up as no start, as far as there are such agents and they will do", () => {
    const queue = ["a", "b", "c", "d"].map((id) => ({ id, after: [] }));
    const limits = { max_concurrent: 10, max_starting: 1 };
    expect(schedule(state({ queue, ready: 2 }), limits).start).toEqual(["a", "b", "c"]);
    expect(schedule(state({ queue, ready: 2, starting: 1 }), limits).start).toEqual(["a", "b"]);
    const canBeWarm = (id: string): boolean => id !== "a" && id !== "b";
    expect(schedule(state({ queue, ready: 9, canBeWarm }), limits).start).toEqual(["a", "c", "d"]);
    expect(schedule(state({ queue, ready: 9 }), { max_concurrent: 2, max_starting: 1 }).start).toEqual(["a", "b"]);
  });

  test("starts nobody when more are alive than a lowered cap allows", () => {
    const queue = [{ id: "a", after: [] }];
    expect(schedule(state({ queue, alive: 5 }), { max_concurrent: 3, max_starting: 2 }).start).toEqual([]);
  });
});
