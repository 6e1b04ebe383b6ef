import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { timekeeper } from "../../src/engine/construct/time-limits.ts";
import { Holds } from "../../src/engine/gate/holds.ts";
import type { Note } from "../../src/engine/journal.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { eventOf } from "../engine/events.ts";
import { handClock } from "../kit/hand-clock.ts";

// Durations go by the monotonic clock, which stands still while the machine sleeps and does not jump; what has a date (a day's
// bound: see test/engine/budget/today.test.ts; a provider's reset) goes by the clock on the wall.

const hour = 3_600_000;

/** A clock whose wall side can be set by itself: the machine slept, or somebody has set the time. */
function jumpyClock(): { clock: Clock; pass: (ms: number) => void; set: (ms: number) => void } {
  const clock = handClock(1_000_000);
  let off = 0;
  return {
    clock: { ...clock, now: () => clock.now() + off },
    pass: clock.pass,
    set(ms) {
      off += ms;
    },
  };
}

describe.each([
  ["an hour of sleep", hour],
  ["a clock that is set back by an hour", -hour],
])("%s", (_name, jump) => {
  test("is neither work nor silence of a construct", () => {
    const { clock, pass, set } = jumpyClock();
    const told: string[] = [];
    const keeper = timekeeper({
      limits: () => ({ idle_warn_ms: 500, idle_limit_ms: 1000, time_limit_ms: 5000 }),
      clock,
      workedMs: 0,
      onTimeUp: () => told.push("time is up"),
      stop: (cause) => told.push(cause),
      onStalled: () => told.push("stalled"),
      onAlive: () => told.push("alive"),
    });
    keeper.start();
    pass(400);
    set(jump);
    pass(50);
    keeper.sign();
    expect(told).toEqual([]);
    expect(keeper.worked()).toBe(450);
    keeper.close();
  });

  test("neither denies a held call before its time nor lets it wait for longer", async () => {
    const { clock, pass, set } = jumpyClock();
    const note: Note = () => true;
    const holds = new Holds({ clock, note: () => note, windowMs: () => 20_000 });
    let end = "none";
    const request = { construct: "cx-1", call: "a", tool: "Bash", input: "", targets: [], diff: null };
    const words = { task: "", rule: "", reason: "", pattern: "" };
    const asked = async (): Promise<void> => {
      ({ end } = await holds.ask({ ...request, ...words }, new AbortController().signal));
    };
    const over = asked();
    pass(19_000);
    set(jump);
    await Promise.resolve();
    expect(end).toBe("none");
    pass(1000);
    await over;
    expect(end).toBe("expired");
  });
});

describe("how long a run was open", () => {
  const opened = eventOf(1, "run.opened", {
    kind: "goal",
    workspace: "/w",
    folder: "/w/r",
    settings: { ...defaultSettings(2), offline: true },
    deck: "0",
    command_line: [],
  });
  const { settings } = opened.type === "run.opened" ? opened.body : { settings: defaultSettings(2) };
  const said = { ...eventOf(2, "netrunner.said", { text: "…" }), at: opened.at + 5000 };

  test("does not count the time from the death of its deck to its resume", () => {
    const resumed = eventOf(3, "run.resumed", {
      settings: { ...settings, offline: true },
      deck: "0",
      command_line: [],
    });
    const later = { ...eventOf(4, "netrunner.said", { text: "…" }), at: said.at + 10 * hour + 1000 };
    const view = foldRunEvents([opened, said, { ...resumed, at: said.at + 10 * hour }, later]);
    expect(view?.durationMs).toBe(6000);
  });

  test("is never less for a wall clock that was set back", () => {
    const view = foldRunEvents([
      opened,
      said,
      { ...eventOf(3, "netrunner.said", { text: "…" }), at: opened.at - hour },
    ]);
    expect(view?.durationMs).toBe(5000);
  });
});
