import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Clock } from "../../../src/base/clock.ts";
import { Budget } from "../../../src/engine/budget/budget.ts";
import { todayOf } from "../../../src/engine/budget/today.ts";
import type { Note } from "../../../src/engine/journal.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { noTokens } from "../../../src/protocol/outcome.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { eventOf } from "../events.ts";

const hour = 3_600_000;
const evening = new Date(2026, 5, 10, 22).getTime();

const used = (cost_usd: number): DeckEvent =>
  eventOf(1, "agent.used", {
    agent: "cx-0a1b2c3d",
    role: "construct",
    model: "m",
    requests: 1,
    tokens: noTokens,
    cost_usd,
  });

describe("what a day has cost", () => {
  test("is what was recorded since midnight and what is used from then on, and nothing again after midnight", () => {
    const clock = handClock(evening);
    const since: number[] = [];
    const today = todayOf(clock, (at) => {
      since.push(at);
      return 3;
    });
    expect(since).toEqual([new Date(2026, 5, 10).getTime()]);
    today.see(used(1));
    expect([today.usd, today.left()]).toEqual([4, 2 * hour]);
    clock.pass(2 * hour - 1);
    expect([today.usd, today.left()]).toEqual([4, 1]);
    clock.pass(1);
    expect([today.usd, today.left()]).toEqual([0, 24 * hour]);
    today.see(used(2));
    expect(today.usd).toBe(2);
    // What an earlier day had cost is not asked for again.
    expect(since.length).toBe(1);
  });

  test("counts what is used just after midnight to the new day, whoever asks first", () => {
    const clock = handClock(evening);
    const today = todayOf(clock, () => 3);
    clock.pass(2 * hour);
    today.see(used(0.5));
    expect(today.usd).toBe(0.5);
  });

  test("begins anew after a sleep of several days", () => {
    const clock = handClock(evening);
    const today = todayOf(clock, () => 3);
    clock.pass(75 * hour);
    expect([today.usd, today.left()]).toEqual([0, 23 * hour]);
  });

  test("does not give back what was used when the wall clock is set back over midnight", () => {
    let now = evening;
    const today = todayOf({ ...handClock(), now: () => now }, () => 3);
    now -= 23 * hour;
    today.see(used(1));
    expect(today.usd).toBe(4);
  });
});

describe("a day", () => {
  test.each([
    ["Europe/Berlin", [2026, 2, 29], 23],
    ["Europe/Berlin", [2026, 9, 25], 25],
    ["Europe/Berlin", [2026, 6, 1], 24],
    // Here the clocks change at midnight itself.
    ["America/Santiago", [2026, 8, 6], 23],
    ["America/Santiago", [2026, 3, 4], 25],
    ["Asia/Kathmandu", [2026, 2, 29], 24],
  ] as const)(
    "of %s, %j, has %i hours, and is one day from its first to its last moment",
    async (zone, date, hours) => {
      const [first, last] = await dayIn(zone, date);
      expect(first).toEqual({ since: 0, left: hours * hour });
      expect(last).toEqual({ since: 0, left: 1 });
    },
  );
});

describe("a budget of a day that is used up", () => {
  test("lets waiting calls go at midnight, without anybody's answer, and closes the question", async () => {
    const clock = handClock(evening);
    const kept = budgetOf(clock, 5);
    const waits: boolean[] = [];
    const passed = kept.budget.pass({
      construct: "cx-0a1b2c3d",
      ending: new AbortController().signal,
      onWait: (isWaiting) => waits.push(isWaiting),
    });
    expect(kept.noted).toContain("run.paused");
    clock.pass(2 * hour - 1);
    await Promise.resolve();
    expect([waits, kept.budget.ofRun?.which]).toEqual([[true], "day_usd"]);
    clock.pass(1);
    await passed;
    expect(waits).toEqual([true, false]);
    expect(kept.budget.ofRun).toBeUndefined();
    expect(kept.noted.filter((type) => /continued|closed/.test(type))).toEqual([
      "attention.closed",
      "run.continued",
      "construct.continued",
    ]);
    expect(kept.changes()).toBe(1);
  });

  test("that was asked about with nobody at work is over at midnight too", () => {
    const clock = handClock(evening);
    const kept = budgetOf(clock, 5);
    kept.budget.ask();
    clock.pass(2 * hour);
    expect(kept.noted.slice(-2)).toEqual(["attention.closed", "run.continued"]);
  });

  test("holds on at midnight where the new day has used it up by then, and lets go at the next", () => {
    const clock = handClock(evening);
    const kept = budgetOf(clock, 5);
    kept.budget.ask();
    clock.after(2 * hour - 1, () => clock.after(1, () => kept.today.see(used(7))));
    clock.pass(3 * hour);
    expect(kept.budget.ofRun?.which).toBe("day_usd");
    clock.pass(24 * hour);
    expect(kept.budget.ofRun).toBeUndefined();
  });
});

/** A budget of a run in a home that has cost so much today, beyond its bound of a day. */
function budgetOf(clock: Clock, spent: number) {
  const settings = { ...defaultSettings(2), day_usd: 4 };
  const view = foldRunEvents([
    eventOf(1, "run.opened", {
      kind: "tasks",
      workspace: "/w",
      folder: "/w/run",
      settings,
      deck: "0.0.0",
      command_line: [],
    }),
  ]);
  if (view === undefined) throw new Error("the opening makes no view");
  const today = todayOf(clock, () => spent);
  const noted: string[] = [];
  let changed = 0;
  const note: Note = (type) => noted.push(type) > 0;
  const budget = new Budget({
    view,
    clock,
    note,
    today,
    limitsOf: () => ({ construct_turns: 0, construct_tokens: 0, construct_usd: 0, time_limit_ms: 0 }),
    workedOf: () => 0,
    spawns: () => 0,
    stop: () => undefined,
    change: () => undefined,
    end: () => undefined,
    onChange: () => (changed += 1),
  });
  return { budget, today, noted, changes: () => changed };
}

/** How a day looks at its first and at its last moment to a process that lives in a time zone. */
async function dayIn(zone: string, date: readonly [number, number, number]) {
  const script = `
    import { todayOf } from ${JSON.stringify(join(import.meta.dirname, "../../../src/engine/budget/today.ts"))};
    const [year, month, day] = ${JSON.stringify(date)};
    const first = new Date(year, month, day).getTime();
    const next = new Date(year, month, day + 1).getTime();
    const look = (now) => {
      let since;
      const today = todayOf({ now: () => now }, (at) => { since = at - first; return 0; });
      return { since, left: today.left() };
    };
    process.stdout.write(JSON.stringify([look(first), look(next - 1)]));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    env: { TZ: zone },
  });
  const looks: unknown = JSON.parse(stdout);
  if (!Array.isArray(looks)) throw new Error(`not a list: ${stdout}`);
  return looks;
}
