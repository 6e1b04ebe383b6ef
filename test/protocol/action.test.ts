import { describe, expect, test } from "vitest";
import { actionBlockJsonSchema, actionSchema, describeActions, parseActionBlock } from "../../src/protocol/action.ts";

const parsed = (actions: unknown, change: Record<string, unknown> = {}) =>
  parseActionBlock({ thinking: "t", chat: null, status: "working", actions, ...change });

function kept(actions: unknown[]) {
  const result = parsed(actions);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}

describe("the envelope of a block", () => {
  test.each([
    ["not an object", []],
    ["nothing", null],
    ["without a status", { thinking: "t", actions: [] }],
    ["with a status of its own", { thinking: "t", status: "soon", actions: [] }],
    ["with actions that are no list", { thinking: "t", status: "working", actions: {} }],
    ["with chat that is no text", { thinking: "t", status: "working", chat: 5, actions: [] }],
  ])("is refused when it is %s, and the problem is named", (_, value) => {
    const result = parseActionBlock(value);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.problem).toMatch(/\w+: \w+/);
  });

  test("may leave out thinking, chat and actions", () => {
    const result = parseActionBlock({ status: "done" });
    expect(result.ok && result.value.block).toEqual({ thinking: "", status: "done", actions: [] });
  });
});

describe("the actions of a block", () => {
  test("are judged one by one: a bad one costs only itself, and each keeps its position", () => {
    const { block, rejected, positions } = kept([
      { type: "spawn", task: "first" },
      { type: "dance" },
      { type: "spawn", task: "   " },
      "spawn",
      { type: "cancel", construct: "cx-00000001", reason: "late" },
    ]);
    expect(block.actions.map((action) => action.type)).toEqual(["spawn", "cancel"]);
    expect(positions).toEqual([1, 5]);
    expect(rejected.map((item) => item.position)).toEqual([2, 3, 4]);
    expect(rejected[0]?.item).toBe('{"type":"dance"}');
    expect(rejected[1]?.problem).toContain("task");
  });

  test.each([
    ["an effort that does not exist", { type: "spawn", task: "t", effort: "extreme" }, "effort"],
    ["a position of zero", { type: "spawn", task: "t", after: [0] }, "after.0"],
    ["an id that is none", { type: "spawn", task: "t", after: ["the first one"] }, "after.0"],
    ["plugins as text", { type: "spawn", task: "t", plugins: "all" }, "plugins"],
    ["a message without text", { type: "message", construct: "cx-00000001" }, "text"],
    ["a cancellation without reason", { type: "cancel", construct: "cx-00000001", reason: " " }, "reason"],
    ["a part before the first", { type: "read", construct: "cx-00000001", part: 0 }, "part"],
    ["a part between two", { type: "read", construct: "cx-00000001", part: 1.5 }, "part"],
  ])("%s is rejected by the name of its field", (_, action, field) => {
    const { rejected, block } = kept([action]);
    expect(block.actions).toEqual([]);
    expect(rejected[0]?.problem).toContain(field);
  });

  test("a rejected item of any size is quoted shortened", () => {
    const { rejected } = kept([{ type: "dance", with: "x".repeat(100_000) }]);
    expect(rejected[0]?.item.length).toBeLessThanOrEqual(200);
  });

  test("fields that nobody knows do no harm", () => {
    expect(kept([{ type: "spawn", task: " t ", colour: "red" }]).block.actions).toEqual([{ type: "spawn", task: "t" }]);
  });
});

describe("what the daemon is told about actions", () => {
  test("has a line for each action, with each of its fields", () => {
    const lines = describeActions({ hasPlaces: true }).split("\n");
    expect(lines).toHaveLength(actionSchema.options.length);
    for (const [index, option] of actionSchema.options.entries()) {
      const [type, ...fields] = Object.keys(option.shape);
      expect(type).toBe("type");
      expect(lines[index]).toContain(`- ${option.shape.type.value}: `);
      for (const field of fields) expect(lines[index]).toMatch(new RegExp(`[ ;]${field}\\??[ ;.(]`));
    }
  });

  test("marks what may be left out, and lists the efforts", () => {
    expect(describeActions()).toMatch(/task \(.*effort\? \(low, medium, high, xhigh, max\)/);
  });

  test("and its JSON schema ask for the same fields", () => {
    const text = JSON.stringify(actionBlockJsonSchema());
    for (const word of ["thinking", "chat", "status", "spawn", "message", "cancel", "read", "after", "part"])
      expect(text).toContain(`"${word}"`);
  });
});
