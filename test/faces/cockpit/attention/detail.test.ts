import { describe, expect, test } from "vitest";
import { newDetailing } from "../../../../src/faces/cockpit/attention/detail.ts";
import { isFresh } from "../../../../src/faces/cockpit/attention/give.ts";
import { answersTo } from "../../../../src/faces/cockpit/attention/answers.ts";
import { newModel } from "../../../../src/faces/cockpit/model/deck-model.ts";
import type { Need } from "../../../../src/faces/cockpit/model/need.ts";
import { chopped } from "../../../../src/faces/words/width.ts";
import type { Hold } from "../../../../src/protocol/hold.ts";

const aHold: Hold = {
  hold: "hd-1",
  construct: "cx-1",
  turn: 1,
  call: "c",
  tool: "Bash",
  input: "ls",
  targets: [],
  diff: null,
  task: "the task",
  rule: "publish",
  reason: "it publishes",
  pattern: "ls",
  deadline: null,
};

const holdNeed = (changes: Partial<Hold>): Need & { kind: "hold" } => {
  const hold = { ...aHold, ...changes };
  return {
    id: hold.hold,
    run: "run-1",
    construct: hold.construct,
    reason: "hold",
    severity: "warning",
    title: "Bash is held",
    text: hold.input,
    deadline: hold.deadline,
    since: null,
    kind: "hold",
    hold,
  };
};

const textOf = (need: Need, columns = 80) => {
  const { lines, toSee } = newDetailing()(need, newModel(0), columns);
  const texts = lines.map(({ spans }) => spans.map(({ text }) => text).join(""));
  return { whole: texts.join("\n"), acts: texts.slice(0, toSee).join("\n") };
};

describe("the details of a held call", () => {
  test.each([
    ["one line", "rm -rf build && npm publish"],
    ["many lines", Array.from({ length: 400 }, (_, n) => `echo "  ${n}  "`).join("\n")],
    ["one line that is long", "x".repeat(5000)],
    ["blanks that matter", `cat <<'E'\n    a${" ".repeat(200)}b\nE`],
    ["wide characters", "echo 数える数える🙂".repeat(40)],
  ])("show a command to the letter: %s", (_what, input) => {
    const { acts } = textOf(holdNeed({ input }));
    const shown = acts.split("\n").map((row) => row.slice(10));
    const start = shown.findIndex((_row, index) => acts.split("\n")[index]?.startsWith("BASH"));
    expect(shown.slice(start).join("")).toBe(input.replaceAll("\n", ""));
  });

  test("have the whole command before what need not be seen", () => {
    const { acts, whole } = textOf(holdNeed({ input: `${"a\n".repeat(100)}last line`, task: "the task" }));
    expect(acts).toContain("last line");
    expect(acts).not.toContain("the task");
    expect(whole).toContain("the task");
  });

  test("show the input beside a diff that does not say all of it", () => {
    const input = '{"file_path":"/etc/hosts","content":"secret part"}';
    expect(textOf(holdNeed({ tool: "Write", input, diff: "the file cannot be read" })).acts).toContain("secret part");
    expect(textOf(holdNeed({ tool: "Write", input, diff: "--- a\n+++ b\n[… 9 bytes left out …]" })).acts).toContain(
      "secret part",
    );
    expect(textOf(holdNeed({ tool: "Write", input, diff: "--- a\n+++ b\n+x" })).acts).not.toContain("secret part");
  });

  test("say how much of a command is not shown because it would act on the terminal", () => {
    expect(textOf(holdNeed({ input: "ls \u001b[31mred" })).acts).toContain(
      "5 characters of it that a terminal would act on are not shown",
    );
    expect(textOf(holdNeed({ input: "ls" })).whole).not.toContain("not shown");
  });

  test("are made once as long as nothing changes, and anew in another width", () => {
    const detailing = newDetailing();
    const need = holdNeed({});
    const model = newModel(0);
    expect(detailing(need, model, 80)).toBe(detailing(need, model, 80));
    expect(detailing(need, model, 60)).not.toBe(detailing(need, model, 80));
  });
});

describe("an answer", () => {
  test("is not given to what came less than 0.4 s ago", () => {
    expect(isFresh(1000, 1399)).toBe(true);
    expect(isFresh(1000, 1400)).toBe(false);
  });

  test("to a failing gate without a construct has no yes", () => {
    const { reason, kind, hold, ...rest } = holdNeed({});
    const item = { item: "at-1", kind: "gate.canary" as const, text: "It does not hold.", next: "Look." };
    expect(answersTo({ ...rest, construct: null, reason: "gate", kind: "attention", item })).not.toHaveProperty("yes");
    expect([reason, kind, hold.hold]).toEqual(["hold", "hold", "hd-1"]);
  });
});

describe("a text in pieces", () => {
  test.each([
    ["", 5, [""]],
    ["abc", 5, ["abc"]],
    ["abcde", 5, ["abcde"]],
    ["abcdef", 5, ["abcde", "f"]],
    ["a b  c   d", 4, ["a b ", " c  ", " d"]],
    ["a\n\nb", 4, ["a", "", "b"]],
    ["数える", 4, ["数え", "る"]],
  ])("%j in %d columns is %j", (text, columns, pieces) => {
    expect(chopped(text, columns)).toEqual(pieces);
  });
});
