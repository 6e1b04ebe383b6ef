import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { graphemesOf } from "../../../src/faces/words/graphemes.ts";

const standard = new Intl.Segmenter("en", { granularity: "grapheme" });
const pieces = (segments: Iterable<{ segment: string; index: number }>): string[] =>
  [...segments].map(({ segment, index }) => `${index} ${segment}`);
const isStandard = (text: string): boolean =>
  pieces(graphemesOf(text)).join() === pieces(standard.segment(text)).join();

describe("the graphemes of a text", () => {
  test("are those of the standard, whatever joins what", () => {
    const joining = [
      "\u0301",
      "\u200d",
      "\ufe0f",
      "\u1100",
      "\u1161",
      "\u11a8",
      "\u3099",
      "\u093e",
      "👩",
      "🇩",
      "\r",
      "\n",
    ];
    const common = ["a", " ", "é", "—", "…", "│", "→", "数", "え", "ー", "が", "한", "가", "！"];
    const mixed = array(constantFrom(...joining, ...common, ...common)).map((all) => all.join(""));
    assert(property(mixed, isStandard));
    assert(property(string({ unit: "binary" }), isStandard));
  });

  test("are those of the standard for each character twice, behind the one before it", () => {
    const wrong: string[] = [];
    let before = "";
    for (let code = 0; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      const text = before + character + character;
      if (!isStandard(text)) wrong.push(text);
      before = character;
    }
    expect(wrong).toEqual([]);
  });
});
