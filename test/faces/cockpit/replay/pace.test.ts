import { describe, expect, test } from "vitest";
import { reached, speedBeside } from "../../../../src/faces/cockpit/replay/pace.ts";
import { readPlace } from "../../../../src/faces/cockpit/replay/place.ts";

const ats = [1000, 1500, 1500, 61_500, 62_000];

describe("the pace of a replay", () => {
  test("stands where it is while it does not play", () => {
    expect(reached(ats, { count: 2, since: null, speed: 1 }, 99_999)).toMatchObject({ count: 2, at: 1500 });
  });

  test("is that of the run, times its speed", () => {
    expect(reached(ats, { count: 1, since: 0, speed: 1 }, 499).count).toBe(1);
    expect(reached(ats, { count: 1, since: 0, speed: 1 }, 500).count).toBe(3);
    expect(reached(ats, { count: 1, since: 0, speed: 4 }, 125).count).toBe(3);
  });

  test("waits no longer than two seconds for an event, and its clock runs through what it leaves out", () => {
    const position = { count: 3, since: 0, speed: 1 as const };
    expect(reached(ats, position, 1999).count).toBe(3);
    expect(reached(ats, position, 1000).at).toBe(31_500);
    expect(reached(ats, position, 2000)).toMatchObject({ count: 4, at: 61_500 });
  });

  test("goes event by event, whatever the times", () => {
    expect(reached(ats, { count: 0, since: 0, speed: "events" }, 500).count).toBe(3);
  });

  test("stops at the end", () => {
    expect(reached(ats, { count: 4, since: 0, speed: 64 }, 1e9)).toMatchObject({ count: 5, at: 62_000 });
  });

  test("does not run backwards where the clock of the record was set back", () => {
    expect(reached([5000, 1000, 2000], { count: 1, since: 0, speed: 1 }, 10).at).toBeGreaterThanOrEqual(1000);
  });

  test("of a run without events is nowhere", () => {
    expect(reached([], { count: 0, since: 0, speed: 1 }, 10)).toEqual({ count: 0, at: 0, left: 10 });
  });

  test("has a lowest and a highest speed", () => {
    expect(speedBeside(1, -1)).toBe(1);
    expect(speedBeside(64, 1)).toBe("events");
    expect(speedBeside("events", 1)).toBe("events");
  });
});

describe("a place in a run", () => {
  const reel = { ats, seqs: [7, 9, 12, 30, 31] };

  test.each([
    ["9", 2],
    ["10", 2],
    ["1", 0],
    ["99", 5],
    ["500ms", 3],
    ["1:00", 3],
    ["1m1s", 5],
    ["0:00", 1],
    ["1970-01-01T00:00:01.500Z", 3],
    ["1969-01-01", 0],
  ])("%s is after %i events", (text, count) => expect(readPlace(text, reel)).toBe(count));

  test.each(["", "soon", "-5", "1:2", "1970-99-99", "5 apples"])("%s is none", (text) =>
    expect(readPlace(text, reel)).toBeUndefined(),
  );

  test("there is none in a run without events", () => {
    expect(readPlace("1", { ats: [], seqs: [] })).toBeUndefined();
  });
});
