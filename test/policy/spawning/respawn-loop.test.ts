import { describe, expect, test } from "vitest";
import { type PastAttempt, respawnLoop } from "../../../src/policy/spawning/respawn-loop.ts";

const task = "Fix the flaky test in test/queue.test.ts";

/** Attempts one after the other, each of ten seconds, a second apart; `change` says what differs from a failed one. */
function oneByOne(...changes: Partial<PastAttempt>[]): PastAttempt[] {
  return changes.map((change, at) => ({
    id: `cx-${at + 1}`,
    task,
    state: "failed",
    cause: "error:max_turns",
    result: "",
    files: [],
    started_at: at * 11_000,
    duration_ms: 10_000,
    ...change,
  }));
}

const good: Partial<PastAttempt> = { state: "done", cause: "result", result: "It passes now." };
const empty: Partial<PastAttempt> = { state: "done", cause: "result", result: " \n" };

describe("a respawn loop", () => {
  test("warns at the third attempt and refuses the fourth", () => {
    const attempts = [0, 1, 2, 3, 4].map((count) =>
      respawnLoop(oneByOne(...Array.from({ length: count }, () => ({}))), task),
    );
    expect(attempts.map(({ verdict, count, of }) => [verdict, count, of])).toEqual([
      ["ok", 1, 3],
      ["ok", 2, 3],
      ["warn", 3, 3],
      ["refuse", 4, 3],
      ["refuse", 5, 3],
    ]);
  });

  test("names the attempts that it counted, oldest first", () => {
    expect(respawnLoop(oneByOne({}, good, {}, empty), task).earlier).toEqual(["cx-3", "cx-4"]);
  });

  test("is seen through other words, politeness and announcements", () => {
    const history = oneByOne(
      {},
      { task: "Second attempt: repair the flaky test in test/queue.test.ts. Please be careful." },
      { task: "In test/queue.test.ts there is a flaky test, fix it" },
    );
    expect(respawnLoop(history, "Third try: resolve the flaky spec of test/queue.test.ts").verdict).toBe("refuse");
  });

  test("is seen through more advice with each attempt", () => {
    const advice = "The last attempt ran out of turns. Start with src/queue.ts, and mock the clock of lib/time.ts.";
    const history = oneByOne({}, { task: `${task}. Read src/queue.ts first.` }, {});
    expect(respawnLoop(history, `${task}. ${advice}`)).toMatchObject({ verdict: "refuse", count: 4 });
    expect(respawnLoop(history, `Fix the flaky test in test/pool.test.ts. ${advice}`)).toMatchObject({ count: 1 });
  });

  test.each<[string, Partial<PastAttempt>]>([
    ["a failure", {}],
    ["a crash", { cause: "crash" }],
    ["an agent that could not be started", { cause: "spawn", started_at: null, duration_ms: 0 }],
    ["a refusal of the model", { cause: "refusal" }],
    ["an empty result", empty],
    ["a stall", { state: "killed", cause: "stall" }],
    ["a time limit", { state: "killed", cause: "budget:time" }],
    ["a tripwire", { state: "killed", cause: "tripwire:same-edit" }],
  ])("counts %s", (_, change) => {
    expect(respawnLoop(oneByOne(change, change, change), task).verdict).toBe("refuse");
  });

  test.each<[string, Partial<PastAttempt>]>([
    ["a good result", good],
    ["files without a text", { ...empty, files: [{ path: "test/queue.test.ts", size: 1, sha256: "0" }] }],
    ["a kill by the netrunner", { state: "killed", cause: "netrunner" }],
    ["a kill that forbade the task", { state: "killed", cause: "netrunner+blacklist" }],
    ["a redirection", { state: "redirected", cause: "inject" }],
    ["an eject", { state: "killed", cause: "eject" }],
    ["the end of the host", { state: "killed", cause: "host_shutdown" }],
    ["a task that it waited for and that failed", { cause: "dependency:cx-9", started_at: null }],
  ])("does not count %s", (_, change) => {
    expect(respawnLoop(oneByOne(change, change, change, change), task)).toMatchObject({ verdict: "ok", count: 1 });
  });

  test("begins anew after the work went well once", () => {
    expect(respawnLoop(oneByOne({}, {}, good), task)).toMatchObject({ verdict: "ok", count: 1 });
    expect(respawnLoop(oneByOne({}, {}, good, {}, {}, {}), task).verdict).toBe("refuse");
  });

  test("is not broken by other work that goes well in between", () => {
    const other = { ...good, task: "Write a haiku about rain" };
    expect(respawnLoop(oneByOne({}, other, {}, other, {}), task).verdict).toBe("refuse");
  });

  test("is not made by siblings that all fail", () => {
    const siblings = ["a", "b", "c", "d", "e"].map((name) => ({ task: `Write unit tests for src/${name}/parser.ts` }));
    expect(respawnLoop(oneByOne(...siblings), "Write unit tests for src/f/parser.ts")).toMatchObject({
      verdict: "ok",
      count: 1,
    });
    expect(respawnLoop(oneByOne(...siblings), "Write unit tests for src/a/parser.ts")).toMatchObject({
      verdict: "ok",
      count: 2,
    });
  });

  test("is not made by equal tasks that ran side by side", () => {
    const side = oneByOne({}, {}, {}, {}).map((past) => ({ ...past, started_at: 5 }));
    expect(respawnLoop(side, task)).toMatchObject({ verdict: "ok", count: 2 });
  });

  test("is made by rounds of equal tasks, one round after the other", () => {
    const round = (at: number): PastAttempt[] => oneByOne({}, {}).map((past) => ({ ...past, started_at: at }));
    expect(respawnLoop([...round(0), ...round(20_000), ...round(40_000)], task)).toMatchObject({
      verdict: "refuse",
      count: 4,
    });
  });

  test("is left by asking for a smaller piece of the work", () => {
    const whole = "Translate README.md and CONTRIBUTING.md into French";
    const history = oneByOne({ task: whole }, { task: whole }, { task: whole });
    expect(respawnLoop(history, whole).verdict).toBe("refuse");
    expect(respawnLoop(history, "Translate README.md into French").verdict).toBe("ok");
  });
});
