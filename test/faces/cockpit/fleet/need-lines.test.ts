import { describe, expect, test } from "vitest";
import type { Hold } from "../../../../src/protocol/hold.ts";
import { needLines, showsAll } from "../../../../src/faces/cockpit/fleet/need-lines.ts";
import type { Need } from "../../../../src/faces/cockpit/model/need.ts";

const held = (parts: Partial<Hold> = {}): Need => {
  const hold: Hold = {
    hold: "hold-1",
    construct: "cx-00000001",
    call: "call-1",
    tool: "Bash",
    input: "npm publish",
    targets: ["publish a package"],
    diff: null,
    task: "",
    rule: "publish",
    reason: "it publishes a package",
    pattern: "npm publish",
    deadline: 20_000,
    ...parts,
  };
  const { construct, input: text, deadline } = hold;
  return {
    id: hold.hold,
    run: "run-1",
    construct,
    kind: "hold",
    reason: "hold",
    severity: "warning",
    title: "Bash is held",
    text,
    deadline,
    since: 0,
    hold,
  };
};

const textOf = (need: Need, columns: number, most: number, now = 0): string[] =>
  needLines(need, { now, windowMs: 20_000, columns, most }).map(({ spans }) => spans.map(({ text }) => text).join(""));

describe("what a construct waits with", () => {
  test("is told with how long yet, the command, the rule and the targets", () => {
    expect(textOf(held(), 60, 10, 5000)).toEqual([
      ` ⚑ HELD █████████░░░ 0:15${" ".repeat(13)}x allow once · v deny`,
      " Bash  npm publish",
      " it publishes a package (publish)",
      " → publish a package",
      " X allows from now on: npm publish",
    ]);
  });

  test("is told in no more rows than there are, and in its columns", () => {
    const need = held({ input: "echo 数える ".repeat(200), targets: Array.from({ length: 9 }, () => "write a file") });
    for (let most = 1; most < 9; most += 1) expect(textOf(need, 40, most).length).toBe(most);
  });

  test("without a deadline has no clock", () => {
    expect(textOf(held({ deadline: null }), 60, 4)[0]).toContain("⚑ HELD no deadline");
  });

  test("is all shown where its command and its targets have room", () => {
    expect(showsAll(held(), 60, 5)).toBe(true);
  });

  test.each<[string, Partial<Hold>]>([
    ["whose command is longer than its place", { input: "echo one && ".repeat(40) }],
    ["whose command has more lines than there are", { input: "a\nb\nc\nd" }],
    ["whose command has parts that a terminal would act on", { input: "ls \u001b[8m; rm -rf /" }],
    ["whose command is turned round by its characters", { input: "ls \u202e/ fr- mr" }],
    ["that has a diff", { diff: "--- a\n+++ b" }],
    ["with a target that takes more rows than there are", { targets: [`write ${"a".repeat(80)}`] }],
    ["with more targets than there are rows", { targets: ["a", "b", "c"] }],
  ])("one %s is not allowed from here with one key", (_, parts) => {
    const need = held(parts);
    expect(showsAll(need, 60, 5)).toBe(false);
    expect(textOf(need, 60, 5)[0]).toContain("x shows the rest · v deny");
  });

  test("one whose pattern is not all shown may be allowed once from here, not for good", () => {
    const need = held({ pattern: `npm ${"x".repeat(60)}` });
    expect(showsAll(need, 60, 5)).toBe(true);
    expect(showsAll(need, 60, 5, true)).toBe(false);
    expect(showsAll(need, 60, 8, true)).toBe(true);
  });

  test("one whose rule was not all shown is not allowed from here either", () => {
    expect(showsAll(held({ reason: "it does this and that ".repeat(5) }), 60, 5)).toBe(false);
  });
});
