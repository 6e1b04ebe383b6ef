import { assert, constantFrom, array, nat, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { cellsOf, foldTimeline, newTimeline, sumsOf } from "../../../src/faces/cockpit/model/timeline.ts";
import { parseEvent, type DeckEvent } from "../../../src/protocol/event.ts";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id } from "./kit/scenes.ts";

const construct = "cx-00000001";
const caliber = { model: "sonnet", effort: "high" };

/** Events of one construct: type, milliseconds, and what else its body has. */
const played = (...steps: [type: string, at: number, body?: Record<string, unknown>][]): DeckEvent[] =>
  steps.map(([type, at, body], index) => {
    const whole = { construct, turn: 1, ...bodies[type], ...body };
    const event = parseEvent({ seq: index + 1, at, run: "run-1", source: "test", type, version: 1, body: whole });
    if (event.type !== type) throw new Error(`a wrong ${type}`);
    return event;
  });

const bodies: Record<string, Record<string, unknown>> = {
  "construct.queued": { task: "t", origin: "daemon", parent: null, caliber, after: [] },
  "construct.started": { pid: 1, command: "agent" },
  "construct.ready": { session_id: "s", model: "m" },
  "construct.tool_called": { call: "a", tool: "Bash", input: "ls" },
  "construct.tool_returned": { call: "a", failed: false, text: "" },
  "construct.paused": { how: "paused", why: "netrunner" },
  "construct.parked": { kind: "usage_limit", until: null },
};

const stretchesOf = (events: DeckEvent[]) => {
  const timeline = newTimeline();
  for (const event of events) foldTimeline(timeline, event);
  return timeline.rows.get(construct)?.stretches ?? [];
};

describe("the time of a construct", () => {
  test("goes into its queue, its start, the model and its tools", () => {
    const events = played(
      ["construct.queued", 0],
      ["construct.started", 10],
      ["construct.ready", 15],
      ["construct.tool_called", 40],
      ["construct.tool_returned", 70],
    );
    expect(sumsOf(stretchesOf(events), 100)).toEqual({ queue: 10, start: 5, model: 55, tool: 30, wait: 0 });
  });

  test("is the tools' until the last of several calls has come back", () => {
    const events = played(
      ["construct.queued", 0],
      ["construct.started", 0],
      ["construct.ready", 0],
      ["construct.tool_called", 10, { call: "a" }],
      ["construct.tool_called", 12, { call: "b" }],
      ["construct.tool_returned", 20, { call: "a" }],
      ["construct.tool_returned", 30, { call: "b" }],
    );
    expect(sumsOf(stretchesOf(events), 40)).toMatchObject({ tool: 20, model: 20 });
  });

  test("is waiting while it is paused and parked at once, until both are over", () => {
    const events = played(
      ["construct.queued", 0],
      ["construct.started", 0],
      ["construct.ready", 0],
      ["construct.paused", 10],
      ["construct.parked", 20],
      ["construct.continued", 30],
      ["construct.unparked", 50],
    );
    expect(sumsOf(stretchesOf(events), 60)).toMatchObject({ wait: 40, model: 20 });
  });

  test("is counted once when an event comes twice", () => {
    const events = played(["construct.queued", 0], ["construct.started", 10], ["construct.ready", 20]);
    expect(stretchesOf([...events, ...events])).toEqual(stretchesOf(events));
  });

  test("of a construct that nobody has queued is no row", () => {
    expect(stretchesOf(played(["construct.ready", 5], ["construct.tool_called", 6]))).toEqual([]);
  });

  test("adds up to its whole life, whatever happens, and its stretches leave no gap", () => {
    const types = constantFrom(...Object.keys(bodies), "construct.continued", "construct.unparked");
    assert(
      property(array(tuple(types, nat(50)), { maxLength: 60 }), (steps) => {
        let at = 0;
        const timed = steps.map(([type, ms]): [string, number] => [type, (at += ms)]);
        const first: [string, number] = ["construct.queued", 0];
        const stretches = stretchesOf(played(first, ...timed.filter(([type]) => type !== "construct.queued")));
        const sums = sumsOf(stretches, at);
        expect(Object.values(sums).reduce((sum, ms) => sum + ms, 0)).toBe(at);
        expect(stretches.slice(1).map(({ from }) => from)).toEqual(stretches.slice(0, -1).map(({ to }) => to));
      }),
    );
  });
});

describe("a bar", () => {
  test("has in each cell what most of its time went into", () => {
    const stretches = [
      { kind: "queue" as const, from: 0, to: 60 },
      { kind: "model" as const, from: 60, to: 100 },
    ];
    expect(cellsOf(stretches, { from: 0, to: 100 }, 2, 100)).toEqual(["queue", "model"]);
  });

  test("is empty before it began and after it ended", () => {
    const stretches = [{ kind: "tool" as const, from: 40, to: 55 }];
    expect(cellsOf(stretches, { from: 0, to: 100 }, 5, 100)).toEqual([null, null, "tool", null, null]);
  });

  test("shows what was too short to be measured", () => {
    const stretches = [{ kind: "tool" as const, from: 50, to: 50 }];
    expect(cellsOf(stretches, { from: 0, to: 100 }, 4, 100)).toContain("tool");
  });
});

describe("the timeline", () => {
  test.each(sizes)("has a bar for each construct at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("ctrl+p");
    await desk.write("show: timeline");
    await desk.press("enter");
    const frame = await desk.until((rows) => rows.some((row) => row.includes(id(8))));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("timeline", size));
    await desk.close();
  });

  test("goes closer and back to the whole run", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+p");
    await desk.write("show: timeline");
    await desk.press("enter");
    const whole = await desk.until((rows) => rows.some((row) => row.includes(id(8))));
    const closer = await desk.press("+", "+");
    expect(closer).not.toEqual(whole);
    expect((await desk.press("0")).slice(3, 12).map((row) => row.slice(52))).toEqual(
      whole.slice(3, 12).map((row) => row.slice(52)),
    );
    await desk.close();
  });
});
