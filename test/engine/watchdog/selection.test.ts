import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectRecord, type SelectionParts } from "../../../src/engine/watchdog/selection.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { anOutcome } from "../../kit/outcome.ts";
import { nastyText } from "../../store/arbitrary.ts";
import { eventOf } from "../events.ts";

const idOf = (n: number): string => `cx-${String(n).padStart(8, "0")}`;

/** A run with so many constructs, every third of which has failed. */
function outlineWith(constructs: number, text = "task"): DeckEvent[] {
  const body = { kind: "goal", workspace: "/w", folder: "/w/r", settings: defaultSettings(2), deck: "0" } as const;
  const events: DeckEvent[] = [
    eventOf(1, "run.opened", { ...body, command_line: [] }),
    eventOf(2, "goal.set", { goal: text }),
  ];
  const { caliber } = defaultSettings(2);
  for (let n = 0; n < constructs; n += 1) {
    const construct = idOf(n);
    const task = { task: text, origin: "daemon", parent: null, caliber, profile: "default", plugins: null } as const;
    events.push(eventOf(events.length + 1, "construct.queued", { construct, ...task, after: [] }));
    const outcome = anOutcome({ id: construct, state: "failed", cause: "crash", result: text });
    if (n % 3 === 0) events.push(eventOf(events.length + 1, "construct.ended", { construct, outcome }));
  }
  return events;
}

function partsOf(outline: DeckEvent[], said: DeckEvent[], about: string[] = []): SelectionParts {
  const view = foldRunEvents(outline);
  if (view === undefined) throw new Error("no view");
  const candidates = { own: [], hits: said, kinds: outline, last: said.toReversed() };
  return { view, outline, about, now: 5000, candidates, count: outline.length + said.length };
}

const saidAt = (seq: number, text: string): DeckEvent => eventOf(seq, "construct.said", { construct: idOf(0), text });

const numbersOf = (text: string): number[] =>
  text.split("\n").flatMap((line) => Number(/^\[(\d+)\] /.exec(line)?.[1] ?? 0) || []);

describe("what the watchdog is shown", () => {
  const anyParts = fc
    .tuple(fc.nat({ max: 40 }), nastyText, fc.array(nastyText, { maxLength: 60 }), fc.nat({ max: 40 }))
    .map(([constructs, text, said, about]) => {
      const outline = outlineWith(constructs, text);
      return partsOf(
        outline,
        said.map((words, n) => saidAt(outline.length + 1 + n, words)),
        [idOf(about)],
      );
    });

  test("never has more bytes than it may, and says how many it has", () => {
    fc.assert(
      fc.property(anyParts, fc.integer({ min: 8 * 1024, max: 48 * 1024 }), (parts, limit) => {
        const { text, bytes } = selectRecord(parts, limit);
        expect(bytes).toBe(Buffer.byteLength(text));
        expect(bytes).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test("has exactly the numbers that its lines begin with, and each is an event of the run", () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { text, seqs } = selectRecord(parts);
        expect([...new Set(numbersOf(text))].toSorted((a, b) => a - b)).toEqual(seqs);
        const known = new Set([...parts.outline, ...parts.candidates.hits].map(({ seq }) => seq));
        expect(seqs.filter((seq) => !known.has(seq))).toEqual([]);
      }),
    );
  });

  test("has each event once, in the order of time, whatever its text tries", () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { text } = selectRecord(parts);
        const at = text.indexOf("\nEVENTS");
        const numbers = numbersOf(text.slice(at));
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
        expect(text.split("\n")[0]).toContain("RUN run-1");
        expect(text).toContain("\n[2] GOAL:");
      }),
    );
  });

  test("has the construct that is asked about in full, though a thousand others ended later", () => {
    const outline = outlineWith(1000, "a task of some length, so that not all of them fit into the frame");
    const { text, bytes } = selectRecord(partsOf(outline, [], [idOf(3)]));
    expect(text).toMatch(/^\[\d+\] CONSTRUCT cx-00000003 failed \(crash\)/m);
    expect(text).toMatch(/… and \d+ constructs more: /);
    expect(bytes).toBeLessThanOrEqual(48 * 1024);
  });

  test("says of a run without events that none are shown", () => {
    const outline = outlineWith(0);
    const parts = { ...partsOf(outline, []), candidates: { own: [], hits: [], kinds: [], last: [] } };
    expect(selectRecord(parts).text).toContain("EVENTS: none of 2 are shown.");
  });

  test("leaves no kind of candidate out for another one", () => {
    const outline = outlineWith(1);
    const long = (from: number): DeckEvent[] =>
      Array.from({ length: 300 }, (_, n) => saidAt(from + n, "words ".repeat(120)));
    const parts = partsOf(outline, []);
    const candidates = { own: long(1000), hits: long(2000), kinds: long(3000), last: long(4000) };
    const { seqs } = selectRecord({ ...parts, candidates });
    const thousands = new Set(seqs.map((seq) => Math.floor(seq / 1000)));
    expect([...thousands]).toEqual([0, 1, 2, 3, 4]);
  });
});
