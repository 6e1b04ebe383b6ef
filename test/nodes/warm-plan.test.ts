import { describe, expect, test } from "vitest";
import { freshMs, idleMs, planWarm, type WarmPlace } from "../../src/nodes/node/warm-plan.ts";

const now = 10_000_000;

const place = (key: string, age: number, more: Partial<WarmPlace> = {}): WarmPlace => ({
  key,
  wantedAt: now - age,
  isKept: false,
  isUnfit: false,
  ...more,
});

const sharesOf = (places: readonly WarmPlace[], size: number): Record<string, number> =>
  Object.fromEntries(planWarm(places, size, now).shares);

describe("the spares of a node", () => {
  test("are all in the only place that is wanted, and nowhere as long as none is", () => {
    expect(sharesOf([], 3)).toEqual({});
    expect(sharesOf([place("a", 0)], 3)).toEqual({ a: 3 });
    expect(sharesOf([place("a", 0)], 0)).toEqual({});
    expect(planWarm([], 3, now).lookIn).toBeUndefined();
  });

  test("are shared out, one for each place, and the rest for the one that was wanted last", () => {
    expect(sharesOf([place("a", 20), place("b", 0)], 3)).toEqual({ b: 2, a: 1 });
    expect(sharesOf([place("a", 20), place("b", 0), place("c", 10)], 2)).toEqual({ b: 1, c: 1 });
  });

  test("stay where they are when another place is wanted, until theirs was not for a minute", () => {
    const kept = { isKept: true };
    expect(sharesOf([place("a", freshMs - 1, kept), place("b", 0)], 1)).toEqual({ a: 1 });
    expect(planWarm([place("a", freshMs - 1, kept), place("b", 0)], 1, now).lookIn).toBe(1);
    expect(sharesOf([place("a", freshMs, kept), place("b", 0)], 1)).toEqual({ b: 1 });
  });

  test("end where nobody has come for ten minutes, and where what comes next would be put elsewhere", () => {
    expect(planWarm([place("a", idleMs, { isKept: true })], 1, now)).toMatchObject({
      forget: ["a"],
      lookIn: undefined,
    });
    expect(planWarm([place("a", idleMs - 5, { isKept: true })], 1, now)).toMatchObject({ forget: [], lookIn: 5 });
    const unfit = planWarm([place("a", 0, { isKept: true, isUnfit: true }), place("b", 9)], 1, now);
    expect([Object.fromEntries(unfit.shares), unfit.forget]).toEqual([{ b: 1 }, ["a"]]);
  });

  test("know a bounded number of places", () => {
    const many = Array.from({ length: 200 }, (_, n) => place(`p${n}`, n));
    const { forget, shares } = planWarm(many, 1000, now);
    expect([forget.length, shares.size]).toEqual([150, 50]);
    expect(forget).not.toContain("p0");
  });
});
