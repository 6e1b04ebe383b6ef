import xterm from "@xterm/headless";
import { array, assert, constantFrom, integer, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, isSteady, pad, steadyLength, widthOf, wrap } from "../../../src/faces/words/width.ts";
import { shellWords } from "../../../src/base/shell-words.ts";
import { execFileSync } from "node:child_process";

/** Texts that terminals find difficult. */
const difficult = array(
  oneof(
    string({ unit: "grapheme" }),
    constantFrom("漢字", "한국어", "🙂", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "e\u0301", "ﷺ", "ｆｕｌｌ", "\u200b", "a".repeat(50), " "),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

/** The column of the cursor after the text in a terminal that is wide enough. */
async function columnsInTerminal(text: string): Promise<number> {
  const terminal = new xterm.Terminal({ cols: 2000, rows: 2, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const column = terminal.buffer.active.cursorX;
  terminal.dispose();
  return column;
}

describe("the width of a text", () => {
  test.each([
    ["abc", 3],
    ["", 0],
    ["漢字", 4],
    ["한", 2],
    ["🙂", 2],
    ["❤️", 2],
    ["e\u0301", 1],
    ["👨‍👩‍👧", 6],
    ["\u200b", 0],
    ["ﾊ", 1],
    ["×·…✓✗■●", 7],
  ])("of %j is %i", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test("is never less than what a terminal emulator takes, for every assigned character of the basic plane", async () => {
    const narrow: string[] = [];
    const terminal = new xterm.Terminal({ cols: 10, rows: 2, allowProposedApi: true });
    for (let code = 0x20; code < 0x2_0000; code += 1) {
      const character = String.fromCodePoint(code);
      if (/[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue;
      let columns = 0;
      terminal.write(`\r${character}`, () => {
        columns = terminal.buffer.active.cursorX;
        if (columns > widthOf(character)) narrow.push(code.toString(16));
      });
      if (code % 2000 === 0) await new Promise<void>((resolve) => terminal.write("", resolve));
    }
    await new Promise<void>((resolve) => terminal.write("", resolve));
    terminal.dispose();
    expect(narrow).toEqual([]);
  });
});

describe("a cut text", () => {
  test("is never wider than its place, and is left alone when it fits", () => {
    assert(
      property(difficult, integer({ min: 0, max: 60 }), (text, columns) => {
        const cut = clip(text, columns);
        expect(widthOf(cut)).toBeLessThanOrEqual(columns);
        const fits = widthOf(text) <= columns && columns > 0;
        expect(cut === text).toBe(fits || text === "");
        expect(widthOf(pad(text, columns))).toBe(columns);
      }),
    );
  });

  test("does not cut a grapheme in two", () => {
    expect(clip("👨‍👩‍👧‍👦x", 5)).toBe("…");
    expect(clip("ae\u0301b", 2)).toBe("a…");
    expect(clip("漢字漢", 4)).toBe("漢…");
  });

  test("of a megabyte is cut without measuring all of it", () => {
    expect(clip("漢".repeat(1_000_000), 10)).toBe("漢漢漢漢…");
  });
});

describe("a wrapped text", () => {
  test("has no line that is too wide and loses nothing but blanks", () => {
    assert(
      property(difficult, integer({ min: 9, max: 60 }), (text, columns) => {
        const lines = wrap(text, columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
    expect(wrap("one two  three\n\nfour", 8)).toEqual(["one two", "three", "", "four"]);
    expect(wrap("abcdefghij kl", 4)).toEqual(["abcd", "efgh", "ij", "kl"]);
    expect(wrap("漢字漢字", 5)).toEqual(["漢字", "漢字"]);
    expect(wrap("漢", 1)).toEqual(["…"]);
  });
});

test("quoted words are read back by a shell as they were", () => {
  assert(
    property(
      array(
        string().map((text) => text.replaceAll("\0", "")),
        { maxLength: 4 },
      ),
      (words) => {
        const out = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${shellWords(words)} end`], { encoding: "utf8" });
        expect(out.split("\0").slice(0, -2)).toEqual(words);
      },
    ),
    { numRuns: 30 },
  );
});

test("the emulator that the other tests rely on counts as a terminal does", async () => {
  expect(await columnsInTerminal("漢字ab")).toBe(6);
});

describe("characters that are a column each in every terminal", () => {
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(isSteady);

  test("join nothing beside them", () => {
    const text = all.join("");
    expect(Array.from(segmenter.segment(text), ({ segment }) => segment)).toEqual(all);
    expect(steadyLength(text)).toBe(text.length);
  });

  test("are counted one column each where they stand among others as well", () => {
    expect(all.filter((one) => widthOf(`数${one}`) !== 3)).toEqual([]);
  });

  test.each([
    "\u0301",
    "\u1160",
    "\u00ad",
    "\u00a9",
    "\u25b6",
    "\ufe0f",
    "\u200d",
    "\u05d0",
    "数",
    "🙂",
    "\t",
    "\u009b",
    "\ud83d",
  ])("do not have %j among them", (one) => {
    expect(isSteady(one)).toBe(false);
    expect(isSteady(`a${one}b`)).toBe(false);
  });

  test("are counted up to the one that may be joined by what is behind it", () => {
    expect(steadyLength("abe\u0301f")).toBe(2);
    expect(steadyLength("\u0301")).toBe(0);
    expect(steadyLength("a…│")).toBe(3);
  });
});
