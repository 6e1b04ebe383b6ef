import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shownChange } from "../../src/engine/construct/shown-change.ts";
import { call, say } from "../../src/offline/reply.ts";
import { redactor } from "../../src/store/redaction/redactor.ts";
import { of, openTestDeck } from "../kit/deck.ts";

const edit = (old_string: string, new_string: string) => ({ file_path: "/w/a", old_string, new_string });

describe("what a call wants to change", () => {
  test("of an edit is a diff of what it replaces, without line numbers that nobody knows", () => {
    expect(shownChange("Edit", edit("a\nb\nc", "a\nB\nc"))).toEqual({
      kind: "diff",
      text: "@@\n a\n-b\n+B\n c\n",
      omitted: 0,
    });
  });

  test("of several edits is a diff of each", () => {
    const edits = [
      { old_string: "x", new_string: "y", replace_all: true },
      { old_string: "", new_string: "new\n" },
    ];
    expect(shownChange("MultiEdit", { file_path: "/w/a", edits })?.text).toBe("@@\n-x\n+y\n@@\n+new\n");
  });

  test("of a file and of a cell is the new text", () => {
    expect(shownChange("Write", { file_path: "/w/a", content: "hello\n" })).toEqual({
      kind: "text",
      text: "hello\n",
      omitted: 0,
    });
    const cell = { notebook_path: "/w/a.ipynb", new_source: "print(1)", cell_id: "c" };
    expect(shownChange("NotebookEdit", cell)?.text).toBe("print(1)");
  });

  test.each([
    ["Bash", { command: "sed -i s/a/b/ file" }],
    ["Read", { file_path: "/w/a", content: "x" }],
    ["Write", { file_path: "/w/a" }],
    ["Write", null],
    ["Edit", { file_path: "/w/a", old_string: 1, new_string: "x" }],
    ["MultiEdit", { file_path: "/w/a", edits: "all" }],
    ["NotebookEdit", { notebook_path: "/w/a", new_source: "", edit_mode: "delete" }],
    ["constructor", { file_path: "/w/a", content: "x" }],
  ])("is not guessed for %s with %j", (tool, input) => {
    expect(shownChange(tool, input)).toBeUndefined();
  });

  test("keeps head and tail of what is long, and says how much it lacks", () => {
    const content = Array.from({ length: 5000 }, (_, n) => `line ${n}`).join("\n");
    const change = shownChange("Write", { file_path: "/w/a", content });
    expect(Buffer.byteLength(change?.text ?? "")).toBeLessThanOrEqual(4096);
    expect(change?.text).toMatch(/^line 0\n[^]*bytes left out[^]*line 4999$/);
    expect(change?.omitted).toBeGreaterThan(30_000);
  });

  test("of texts that would take long to compare is all of the one and all of the other", () => {
    const many = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word} ${n * 7}`).join("\n");
    for (const size of [1, 20]) {
      const change = shownChange("Edit", edit(many("old").repeat(size), many("new").repeat(size)));
      expect(change?.text).toMatch(/^@@\n-old 0\n/);
      expect(change?.text).toMatch(/\n\+new 20993\n$/);
    }
  });

  test("has no line without its sign, whatever the texts are", () => {
    const text = fc.array(fc.constantFrom("a", "@@", "-", "+", "\\ No newline", " ", "\u2028", "\r", "")).map(
      (lines) => lines.join("\n"), // Also with an end of line, and without.
    );
    fc.assert(
      fc.property(text, text, (before, after) => {
        const change = shownChange("Edit", edit(before, after));
        for (const line of change?.text.split("\n").slice(0, -1) ?? []) expect(line).toMatch(/^(@@$|[-+ ])/);
      }),
    );
  });

  test("is recorded without secrets, also where they stand in many lines or are cut", () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKCAQEA7bq0Zk3vN5h8x9Qw2u4t6y8A0sDfGhJkLzXcVbNm1234567\n".repeat(20)}-----END RSA PRIVATE KEY-----\n`;
    const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    const texts = [
      `API_TOKEN=hunter2hunter2\n${key}${token}\n`,
      `${"x\n".repeat(1100)}${key.repeat(2)}${"y\n".repeat(500)}`,
    ];
    const { value } = redactor([]);
    for (const text of texts)
      for (const change of [
        shownChange("Write", { file_path: "/w/a", content: text }),
        shownChange("Edit", edit("", text)),
        shownChange("Edit", edit(text, "")),
      ]) {
        const kept = value(change)?.text ?? "";
        expect(kept).not.toMatch(/MIIEpAIBAAKCAQEA7|hunter2|ghp_abcdef/);
        expect(kept.length).toBeGreaterThan(0);
      }
  });
});

describe("the record of a construct's edits", () => {
  test("has what each of them wanted to change, and nothing of that for other calls", async () => {
    await using kit = await openTestDeck({
      files: { "a.txt": "one\ntwo\n" },
      judge: () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }),
      answer({ messages }) {
        const file_path = join(kit.workspace, "a.txt");
        const done = messages.flatMap(({ results }) => results).length;
        if (done === 0) return call("Read", { file_path });
        if (done === 1) return call("Edit", { file_path, old_string: "two", new_string: "three" });
        if (done === 2)
          return call("Write", { file_path: join(kit.workspace, "b.txt"), content: "AWS=AKIAABCDEFGHIJKL1234\n" });
        return say("Done.");
      },
    });
    const events = await kit.runTasks(["Edit them."]);
    expect(of(events, "construct.tool_called").map(({ body }) => [body.tool, body.change?.kind])).toEqual([
      ["Read", undefined],
      ["Edit", "diff"],
      ["Write", "text"],
    ]);
    const [, edited, written] = of(events, "construct.tool_called");
    expect(edited?.body.change?.text).toBe("@@\n-two\n+three\n");
    expect(written?.body.change?.text).not.toContain("AKIA");
  });
});
