import { describe, expect, test } from "vitest";
import { Budget } from "../../../src/engine/budget/budget.ts";
import { todayOf } from "../../../src/engine/budget/today.ts";
import type { RunSettings } from "../../../src/protocol/settings.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { foldEvent, foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { noTokens } from "../../../src/protocol/outcome.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { eventOf } from "../events.ts";

const construct = "cx-0a1b2c3d";

/** A run with one construct, and what it is told after each of its model requests. */
function runWith(bounds: Partial<RunSettings>) {
  const settings = { ...defaultSettings(2), ...bounds };
  const opened = { kind: "tasks", workspace: "/w", folder: "/w/run", settings, deck: "0", command_line: [] } as const;
  const queued = {
    construct,
    task: "Look.",
    origin: "netrunner",
    parent: null,
    caliber: { model: "sonnet", effort: "low" },
    after: [],
    profile: "default",
    plugins: null,
  } as const;
  const view = foldRunEvents([
    eventOf(1, "run.opened", { ...opened, command_line: [] }),
    eventOf(2, "construct.queued", { ...queued, after: [] }),
  ]);
  if (view === undefined) throw new Error("the opening makes no view");
  const clock = handClock();
  let seq = 2;
  const budget = new Budget({
    view,
    clock,
    note: () => true,
    today: todayOf(clock, () => 0),
    limitsOf: () => ({ construct_turns: 0, construct_tokens: 0, construct_usd: 0, time_limit_ms: 0 }),
    workedOf: () => 0,
    spawns: () => 1,
    stop: () => undefined,
    change: () => undefined,
    end: () => undefined,
    onChange: () => undefined,
  });
  return {
    settings: view.settings,
    request: () => {
      const used = {
        agent: construct,
        role: "construct",
        model: "m",
        requests: 1,
        tokens: noTokens,
        cost_usd: 0,
      } as const;
      foldEvent(view, eventOf((seq += 1), "agent.used", used));
      return budget.overrun(construct);
    },
  };
}

const times = (count: number, action: () => unknown): unknown[] => Array.from({ length: count }, action);

describe("a construct that makes requests beyond a bound without coming to the gate", () => {
  test.each([
    ["construct_turns", { construct_turns: 3 }],
    ["run_turns", { run_turns: 3 }],
  ] as const)("is let make four, and ended at the fifth, by %s", (which, bounds) => {
    const { request } = runWith(bounds);
    expect(times(2, request)).toEqual([undefined, undefined]);
    expect(times(5, request)).toEqual([undefined, undefined, undefined, undefined, which]);
  });

  test("has four again after a raise", () => {
    const { request, settings } = runWith({ construct_turns: 1 });
    expect(times(4, request)).toEqual(times(4, () => undefined));
    settings.construct_turns = 6;
    expect(request()).toBeUndefined();
    expect(times(5, request)).toEqual([undefined, undefined, undefined, undefined, "construct_turns"]);
  });

  test("makes as many as it likes without one", () => {
    expect(times(50, runWith({}).request)).toEqual(times(50, () => undefined));
  });
});
