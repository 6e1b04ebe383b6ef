import { describe, expect, test } from "vitest";
import { widthOf } from "../../../../src/faces/words/width.ts";
import type { Line } from "../../../../src/faces/cockpit/draw/block.ts";
import {
  drawTranscript,
  hasText,
  newReading,
  wordsOf,
  type Entry,
  type Pane,
} from "../../../../src/faces/cockpit/draw/entries.ts";

const pane: Pane = { width: 30, height: 20, margin: 8 };
const entry = (text: string, more: Partial<Entry> = {}): Entry => ({
  seq: 7,
  head: [{ text: "10:15" }],
  paragraphs: [{ text }],
  ...more,
});
const textOf = ({ spans }: Line): string => spans.map(({ text }) => text).join("");
const rows = (entries: Entry[], reading = newReading(), at = pane): string[] =>
  drawTranscript(entries, reading, at).map((one) => textOf(one).trimEnd());

describe("a transcript", () => {
  test("puts the head beside the first row alone, and wraps the text beside the margin", () => {
    expect(rows([entry("one two three four five six seven")])).toEqual([
      "10:15   one two three four",
      "        five six seven",
    ]);
  });

  test("never draws beyond its width, whatever the text is", () => {
    const texts = [
      "数".repeat(80),
      "🙂".repeat(50),
      "a".repeat(500),
      "e\u0301".repeat(90),
      "\u001b[31mred\u001b[0m\t".repeat(30),
    ];
    for (const text of texts)
      for (const one of drawTranscript([entry(text)], newReading(), pane))
        expect(widthOf(textOf(one))).toBeLessThanOrEqual(pane.width);
  });

  test("lets the rows under a long mark begin further to the left, and none where there is no room for that", () => {
    const mark = { text: "✗ denied:" };
    const long = [{ text: "it publishes, and that to the whole world", mark, indent: 10, hang: 2 }];
    expect(rows([entry("", { paragraphs: long })])).toEqual([
      "10:15   ✗ denied: it",
      "          publishes, and that",
      "          to the whole world",
    ]);
    for (const width of [24, 27, 40])
      for (const one of drawTranscript([entry("", { paragraphs: long })], newReading(), { ...pane, width })) {
        expect(widthOf(textOf(one))).toBeLessThanOrEqual(width);
        expect(textOf(one)).not.toContain("\u00a0");
      }
  });

  test("lets no escape sequence of a text count as columns", () => {
    expect(rows([entry("\u001b]0;owned\u0007\u001b[31mred\u001b[0m and so on")])).toEqual(["10:15   red and so on"]);
  });

  test("shows an entry that folds in brief until it is turned", () => {
    const one = entry("all of it\nin two rows", { brief: [{ text: "in brief" }] });
    expect(rows([one])).toEqual(["10:15   in brief"]);
    expect(rows([one], { ...newReading(), turned: new Set([7]) })).toHaveLength(2);
    expect(rows([one], { ...newReading(), isOpen: true })).toHaveLength(2);
    expect(rows([one], { ...newReading(), isOpen: true, turned: new Set([7]) })).toHaveLength(1);
  });

  test("wraps anew when its width is another", () => {
    const reading = newReading();
    const one = entry("one two three four five six seven");
    expect(rows([one], reading)).toHaveLength(2);
    expect(rows([one], reading, { ...pane, width: 60 })).toHaveLength(1);
  });

  test("marks what is looked for in whatever case, without changing a letter", () => {
    const [first] = drawTranscript(
      [entry("Npm publish and npm again")],
      { ...newReading(), search: "NPM" },
      { ...pane, width: 60 },
    );
    expect(first?.spans.filter(({ look }) => look === "match").map(({ text }) => text)).toEqual(["Npm", "npm"]);
    expect(first === undefined ? "" : textOf(first)).toBe("10:15   Npm publish and npm again");
    expect(hasText(entry("one"), "two")).toBe(false);
  });

  test("cuts a text of a megabyte and says how much is left", () => {
    const drawn = rows([entry("x".repeat(1_000_000))], newReading(), { width: 200, height: 200, margin: 8 });
    expect(drawn.at(-1)).toContain("984000 more characters");
  });

  test("gives whole texts to the clipboard, without what a terminal would act on", () => {
    expect(wordsOf(entry("a\u001b[2Jb\nc", { brief: [{ text: "a" }] }))).toBe("ab\nc");
  });
});
