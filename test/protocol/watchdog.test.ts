import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldAsk } from "../../src/protocol/fold-watchdog.ts";
import { eventLine } from "../../src/protocol/event-line.ts";
import { readQuestion } from "../../src/protocol/question.ts";
import { citedIn, markCitations, rangesOf, type AskView } from "../../src/protocol/watchdog.ts";
import { eventOf } from "../engine/events.ts";
import { anOutcome } from "../kit/outcome.ts";
import { nastyText } from "../store/arbitrary.ts";

describe("what an answer cites", () => {
  test.each([
    ["It failed [12].", [12]],
    ["Twice [12, 15] and [12].", [12, 15]],
    ["[seq 7] and [seq. 8; seq 9]", [7, 8, 9]],
    ["From [3-9] on, also [20–22].", [3, 9, 20, 22]],
    ["[12](https://example.org) counts, and [0] too", [12, 0]],
  ])("is read from %j", (answer, seqs) => expect(citedIn(answer)).toEqual(seqs));

  test.each(["no citation", "[a1]", "[12x]", "a[i]", "[ ]", "[1.5]", "[1234567890123456]", "12", "(12)"])(
    "is nothing in %j",
    (answer) => expect(citedIn(answer)).toEqual([]),
  );

  test("is bounded, however much an answer cites", () => {
    const answer = Array.from({ length: 5000 }, (_, n) => `[${n}]`).join(" ");
    expect(citedIn(answer)).toHaveLength(200);
    // What was not looked at is no citation that holds.
    expect(markCitations("[4999]", [])).toBe("[4999 ✗ no such event]");
  });

  test("is marked where it does not hold, and left as it is where it does", () => {
    const marked = markCitations("One [1], two [2, 3] and [4].", [
      { seq: 1, state: "given" },
      { seq: 2, state: "not_given" },
      { seq: 3, state: "given" },
      { seq: 4, state: "other_run" },
    ]);
    expect(marked).toBe("One [1], two [2 ✗ not shown to it, 3] and [4 ✗ another run's].");
  });
});

test("ranges hold exactly the numbers that they were made of", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 })), (numbers) => {
      const back = rangesOf(numbers).flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, n) => first + n),
      );
      expect(back).toEqual(numbers.toSorted((a, b) => a - b));
    }),
  );
});

describe("a question", () => {
  test.each([
    ["Why did cx-0a1b2c3d fail?", ["failure"], ["cx-0a1b2c3d"], []],
    ["what is it doing now?", ["now"], [], []],
    ["How much did the tests cost?", ["cost"], [], [["much"], ["tests"], ["cost"]]],
    ["Which calls were denied by the brake?", ["denied"], [], [["calls"], ["denied"], ["brake"]]],
    ["who wrote src/base/fault.ts", ["files"], [], [["wrote"], ["src", "base", "fault", "ts"]]],
    ["was ist mit der Datenbank?", [], [], [["ist"], ["mit"], ["der"], ["datenbank"]]],
    ["?!", [], [], []],
  ])("%j has its kinds, its constructs and its words", (text, kinds, constructs, terms) => {
    const question = readQuestion(text);
    expect(question).toMatchObject({ kinds, constructs });
    for (const term of terms) expect(question.terms).toContainEqual(term);
  });

  test("has at most two dozen words to look for, each once", () => {
    const { terms } = readQuestion(Array.from({ length: 500 }, (_, n) => `word${n % 100} word${n % 100}`).join(" "));
    expect(terms).toHaveLength(24);
    expect(new Set(terms.map(String)).size).toBe(24);
  });
});

describe("an event in a line", () => {
  test("begins with its number and stays one inert line within its bytes, whatever its text is", () => {
    fc.assert(
      fc.property(nastyText, fc.integer({ min: 80, max: 900 }), (text, most) => {
        const line = eventLine(eventOf(7, "construct.said", { construct: "cx-0a1b2c3d", text }), 0, most);
        expect(line).toMatch(/^\[7\] /);
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(most);
        expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });

  test("tells an outcome by how it ended first, and keeps that beside a long result", () => {
    const outcome = anOutcome({
      state: "failed",
      cause: "budget:time",
      result: "x".repeat(9000),
      stderr: "y".repeat(900),
    });
    const line = eventLine(eventOf(9, "construct.ended", { construct: outcome.id, outcome }), 0);
    expect(line).toMatch(/construct\.ended · state: failed · cause: budget:time · exit: code 0/);
    expect(line).toContain("result: xxx");
  });
});

describe("the questions of a run", () => {
  const caliber = { model: "haiku", effort: "low" } as const;
  const asked = (seq: number, ask: string) =>
    eventOf(seq, "watchdog.asked", { ask, question: "why?", about: null, caliber });

  test("keep the newest twenty, and one whose end never came stays open", () => {
    const asks: AskView[] = [];
    for (let n = 1; n <= 30; n += 1) foldAsk(asks, asked(n, `wd-${n}`));
    expect(asks).toHaveLength(20);
    expect(asks[0]).toMatchObject({ ask: "wd-11", state: "open" });
  });

  test("take no answer for a question that they do not know", () => {
    const asks: AskView[] = [];
    foldAsk(asks, eventOf(1, "watchdog.cancelled", { ask: "wd-1" }));
    foldAsk(asks, eventOf(2, "watchdog.failed", { ask: "wd-1", reason: "late", cost_usd: 0 }));
    expect(asks).toEqual([]);
  });
});
