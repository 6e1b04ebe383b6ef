import { describe, expect, test } from "vitest";
import type { Line } from "../../../../src/faces/cockpit/draw/block.ts";
import { linesOf, type KeptLines } from "../../../../src/faces/cockpit/fleet/kept-lines.ts";
import type { DeckEvent } from "../../../../src/protocol/event.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";

const size = { columns: 40, rows: 6 };

function someEvents(): readonly DeckEvent[] {
  const deck = scriptedDeck();
  const stage = deck.stage();
  for (const construct of ["cx-1", "cx-1", "cx-1"]) stage.emit("construct.said", { construct, text: "a word" });
  return deck.events;
}

/** Lines that are made anew each time, and how often they were. */
function making(): { make: () => readonly Line[]; count: () => number } {
  let count = 0;
  return { make: () => [{ spans: [{ text: String((count += 1)) }] }], count: () => count };
}

describe("the last lines of a transcript", () => {
  test("are made once for the same events and the same place", () => {
    const kept: KeptLines = new WeakMap();
    const { make, count } = making();
    const events = someEvents();
    const first = linesOf(kept, events, size, make);
    expect(linesOf(kept, [...events], { ...size }, make)).toBe(first);
    expect(count()).toBe(1);
  });

  test.each([
    ["another event has come", (events: readonly DeckEvent[]) => [events.slice(0, -1), size] as const],
    ["an older one is gone", (events: readonly DeckEvent[]) => [events.slice(1), size] as const],
    ["the place is wider", (events: readonly DeckEvent[]) => [events, { ...size, columns: 41 }] as const],
    ["the place is higher", (events: readonly DeckEvent[]) => [events, { ...size, rows: 7 }] as const],
  ])("are made again where %s", (_, other) => {
    const kept: KeptLines = new WeakMap();
    const { make, count } = making();
    const events = someEvents();
    linesOf(kept, events, size, make);
    const [others, place] = other(events);
    linesOf(kept, others, place, make);
    expect(count()).toBe(2);
  });

  test("are not kept where there is no event", () => {
    const kept: KeptLines = new WeakMap();
    const { make, count } = making();
    linesOf(kept, [], size, make);
    linesOf(kept, [], size, make);
    expect(count()).toBe(2);
  });
});
