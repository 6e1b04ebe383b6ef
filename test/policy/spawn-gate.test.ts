import { describe, expect, it } from "vitest";
import { admit, type SpawnState } from "../../src/policy/spawn-gate.ts";

const open: SpawnState = {
  run: "open",
  spawned: 3,
  cap: 30,
  constructs: new Set(["cx-0000000a"]),
  block: new Map([
    [1, []],
    [2, []],
  ]),
};

const ruleOf = (request: Parameters<typeof admit>[0], state: SpawnState = open): string => {
  const answer = admit(request, state);
  return answer.ok ? "ok" : answer.rule;
};

describe("a spawn", () => {
  it("with a task, room under the cap and an open run is admitted", () => {
    expect(admit({ task: "count the files" }, open)).toEqual({ ok: true });
  });

  it("without a task is refused, also when the task is only white space", () => {
    for (const task of ["", "  ", "\n\t"]) expect(ruleOf({ task })).toBe("spawn.task");
  });

  it("over the cap is refused, and the reason names the figures", () => {
    const answer = admit({ task: "x" }, { ...open, spawned: 30 });
    expect(answer).toMatchObject({ ok: false, rule: "spawn.cap", reason: expect.stringMatching(/30/) });
    expect(ruleOf({ task: "x" }, { ...open, spawned: 31 })).toBe("spawn.cap");
    expect(ruleOf({ task: "x" }, { ...open, spawned: 29 })).toBe("ok");
  });

  it("has no cap when the cap is 0, and no way past one that is no number", () => {
    expect(ruleOf({ task: "x" }, { ...open, cap: 0, spawned: 10_000 })).toBe("ok");
    expect(ruleOf({ task: "x" }, { ...open, cap: Number.NaN })).toBe("spawn.cap");
    expect(ruleOf({ task: "x" }, { ...open, spawned: Number.NaN })).toBe("spawn.cap");
    expect(ruleOf({ task: "x" }, { ...open, cap: -1 })).toBe("spawn.cap");
  });

  it("in a run that is paused or closed is refused first of all", () => {
    expect(ruleOf({ task: "" }, { ...open, run: "paused" })).toBe("spawn.paused");
    expect(ruleOf({ task: "x" }, { ...open, run: "closed", spawned: 30 })).toBe("spawn.closed");
  });
});

describe("what a spawn waits for", () => {
  it("may be a construct of this run or another spawn of the block, earlier or later", () => {
    expect(ruleOf({ task: "x", position: 1, after: ["cx-0000000a", 2] })).toBe("ok");
    expect(ruleOf({ task: "x", position: 2, after: [1] })).toBe("ok");
    expect(ruleOf({ task: "x", after: [] })).toBe("ok");
  });

  it("is refused when it is malformed", () => {
    const malformed = ["", "cx-1", "cx-0000000A", "cx-0000000a ", "all", 0, -1, 1.5, Number.NaN, Infinity];
    const admitted = malformed.filter(
      (reference) => ruleOf({ task: "x", position: 1, after: [reference] }) !== "spawn.after",
    );
    expect(admitted).toEqual([]);
  });

  it("is refused when nobody knows it", () => {
    expect(ruleOf({ task: "x", after: ["cx-ffffffff"] })).toBe("spawn.after");
    expect(ruleOf({ task: "x", position: 1, after: [7] })).toBe("spawn.after");
    expect(ruleOf({ task: "x", after: [1] }, { ...open, block: new Map() })).toBe("spawn.after");
  });

  it("is refused when one of several is wrong", () => {
    expect(ruleOf({ task: "x", position: 2, after: [1, "cx-0000000a", "cx-ffffffff"] })).toBe("spawn.after");
  });

  it("must not be the spawn itself, not in a circle either", () => {
    const circle = new Map([
      [1, [2]],
      [2, [3]],
      [3, [1]],
    ]);
    expect(ruleOf({ task: "x", position: 1, after: [1] })).toBe("spawn.after");
    expect(ruleOf({ task: "x", position: 1, after: [2] }, { ...open, block: circle })).toBe("spawn.after");
    const besides = new Map([...circle, [4, [1]]]);
    expect(ruleOf({ task: "x", position: 4, after: [1] }, { ...open, block: besides })).toBe("ok");
  });

  it("is quoted in the reason without anything that a terminal would act on", () => {
    const answer = admit({ task: "x", after: ["\u001b[31mcx\n"] }, open);
    const reason = answer.ok ? "" : answer.reason;
    expect(reason).toMatch(/^after: cx is no construct id/);
  });
});
