import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoff, mostAge, planPool, type PoolState } from "../../../src/engine/pool/plan.ts";

const megabytes = (n: number): number => n * 1024 ** 2;

const state = (parts: Partial<PoolState> = {}): PoolState => ({
  target: 3,
  useful: 10,
  starts: 2,
  spares: [],
  sinceTake: Number.POSITIVE_INFINITY,
  isResting: false,
  failures: 0,
  sinceFailure: Number.POSITIVE_INFINITY,
  memory: undefined,
  ...parts,
});

const spare = (id: string, age = 0, isReady = true) => ({ id, age, isReady });

const anyState = fc
  .record({
    target: fc.nat(12),
    useful: fc.nat(12),
    starts: fc.nat(4),
    ages: fc.array(fc.tuple(fc.nat(2 * mostAge), fc.boolean()), { maxLength: 12 }),
    sinceTake: fc.nat(5000),
    isResting: fc.boolean(),
    failures: fc.nat(40),
    sinceFailure: fc.nat(400_000),
    memory: fc.option(fc.record({ free: fc.nat(megabytes(2000)), total: fc.constant(megabytes(2000)) }), {
      nil: undefined,
    }),
  })
  .map(({ ages, ...rest }): PoolState => ({
    ...rest,
    spares: ages.map(([age, isReady], index) => spare(`s${index}`, age, isReady)),
  }));

describe("the plan of the warm pool", () => {
  test("never goes beyond its size, its use or the starts that are free, and ends nothing twice", () => {
    fc.assert(
      fc.property(anyState, (now) => {
        const { start, end } = planPool(now);
        const kept = now.spares.length - end.length;
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start).toBeLessThanOrEqual(now.starts);
        const most = Math.min(now.target, now.useful);
        expect(start === 0 || (kept + start <= most && !now.isResting)).toBe(true);
        expect(kept).toBeLessThanOrEqual(now.target);
        expect(new Set(end.map(({ id }) => id)).size).toBe(end.length);
      }),
    );
  });

  test("does not start what it would have to end at its next look", () => {
    fc.assert(
      fc.property(anyState, (now) => {
        const { start, end } = planPool(now);
        if (now.memory === undefined || start === 0) return;
        const kept = now.spares.filter(({ id }) => !end.some((other) => other.id === id));
        const free = now.memory.free - megabytes(200) * (start + kept.filter(({ isReady }) => !isReady).length);
        const after = planPool({
          ...now,
          spares: kept.map((one) => ({ ...one, age: 0 })),
          memory: { ...now.memory, free },
        });
        expect(after.end.filter(({ why }) => why === "memory")).toEqual([]);
      }),
    );
  });

  test("looks again by itself exactly while there is something to look at or to wait for", () => {
    expect(planPool(state({ target: 0 })).lookIn).toBeUndefined();
    expect(planPool(state({ starts: 0 })).lookIn).toBeUndefined();
    expect(planPool(state({ sinceTake: 250 })).lookIn).toBe(500);
    expect(planPool(state({ failures: 3, sinceFailure: 1000 })).lookIn).toBe(3000);
    expect(planPool(state()).lookIn).toBe(60_000);
  });

  test("ends the ones that are still starting before the others, and of those the oldest", () => {
    const spares = [spare("new", 10), spare("old", 1000), spare("starting", 5, false)];
    const ended = (target: number) => planPool(state({ target, spares })).end.map(({ id }) => id);
    expect(ended(2)).toEqual(["starting"]);
    expect(ended(1)).toEqual(["starting", "old"]);
  });

  test("keeps spares that nobody needs at the moment, and starts none", () => {
    expect(planPool(state({ useful: 0, spares: [spare("a")] }))).toMatchObject({ start: 0, end: [] });
  });

  test("waits longer after each failure, up to five minutes", () => {
    expect([0, 1, 2, 3, 9, 10, 500].map(backoff)).toEqual([0, 1000, 2000, 4000, 256_000, 300_000, 300_000]);
  });
});
