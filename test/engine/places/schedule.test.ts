import { describe, expect, test } from "vitest";
import { schedule, type FleetState } from "../../../src/engine/scheduler.ts";

const limits = { max_concurrent: 10, max_starting: 10 };

const state = (parts: Partial<FleetState>): FleetState => ({
  queue: ["a", "b", "c"].map((id) => ({ id, after: [] })),
  alive: 0,
  starting: 0,
  ready: 0,
  canBeWarm: () => false,
  endOf: () => undefined,
  ...parts,
});

/** Room for so many, and who has been asked about. */
function room(count: number) {
  const asked: string[] = [];
  let left = count;
  const placeFor = (id: string): true | string => {
    asked.push(id);
    left -= 1;
    return left >= 0 ? true : "all is full";
  };
  return { asked, placeFor };
}

describe("the schedule, where there are places", () => {
  test("leaves who has no place in the queue, with the reason, and starts who comes after it and has one", () => {
    const placeFor = (id: string): true | string => (id === "b" ? "no node of the pool gpu is up" : true);
    expect(schedule(state({ placeFor }), limits)).toEqual({
      start: ["a", "c"],
      unplaced: [{ id: "b", why: "no node of the pool gpu is up" }],
      blocked: [],
    });
  });

  test("takes a place for none that does not start for another reason", () => {
    const { asked, placeFor } = room(10);
    const queue = [
      { id: "a", after: ["x"] },
      { id: "b", after: ["y"] },
      { id: "c", after: [] },
      { id: "d", after: [] },
    ];
    const endOf = (id: string) => (id === "y" ? ("not-done" as const) : undefined);
    const plan = schedule(state({ queue, placeFor, endOf }), { ...limits, max_concurrent: 1 });
    expect(plan).toEqual({ start: ["c"], unplaced: [], blocked: [{ id: "b", by: "y" }] });
    expect(asked).toEqual(["c"]);
  });

  test("gives no slot and no start to one that has no place", () => {
    const { placeFor } = room(1);
    const plan = schedule(state({ placeFor }), { max_concurrent: 2, max_starting: 2 });
    expect(plan.start).toEqual(["a"]);
    expect(plan.unplaced.map(({ id }) => id)).toEqual(["b", "c"]);
  });

  test("asks for no place for one that takes an agent that is up: that has its place", () => {
    const { asked, placeFor } = room(0);
    const plan = schedule(state({ placeFor, ready: 1, canBeWarm: (id) => id === "b" }), limits);
    expect(plan.start).toEqual(["b"]);
    expect(asked).toEqual(["a", "c"]);
  });
});
