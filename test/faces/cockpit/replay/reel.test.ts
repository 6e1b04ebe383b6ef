import { assert, array, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  beforeStretch,
  feed,
  letGo,
  missing,
  newReel,
  newShown,
  refill,
  stretchEvents,
  turnTo,
  type Reel,
} from "../../../../src/faces/cockpit/replay/reel.ts";
import type { DeckEvent } from "../../../../src/protocol/event.ts";
import { foldRunEvents } from "../../../../src/protocol/snapshot.ts";
import { closedRuns, oldRuns } from "../kit/scenes.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";

const [{ run }] = oldRuns;

/** A run of so many events: a construct that says something again and again, whose settings change on the way. */
function recorded(count: number): DeckEvent[] {
  const deck = scriptedDeck();
  closedRuns(deck);
  const stage = deck.stage(run);
  stage.emit("settings.changed", { settings: { max_concurrent: 3 } });
  for (let n = deck.events.filter((event) => event.run === run).length; n < count; n += 1)
    stage.emit("construct.said", { construct: "cx-11111111", turn: 1, text: `word ${n}` });
  return deck.events.filter((event) => event.run === run);
}

function reelOf(events: DeckEvent[]): Reel {
  const reel = newReel(run);
  for (let at = 0; at < events.length; at += stretchEvents)
    feed(reel, events.slice(at, at + stretchEvents), at + stretchEvents >= events.length);
  return reel;
}

describe("a reel", () => {
  const events = recorded(4700);
  const after = (count: number) => foldRunEvents(structuredClone(events.slice(0, count)));

  test("shows the run as it was after any number of events, in whatever order they are asked for", () => {
    const reel = reelOf(events);
    const shown = newShown();
    assert(
      property(array(nat(4700), { minLength: 1, maxLength: 5 }), (counts) => {
        for (const count of counts) {
          expect(turnTo(reel, shown, count)).toBe(true);
          expect(shown.model.runs.get(run)).toEqual(after(count));
        }
      }),
      { numRuns: 12 },
    );
  });

  test("shows the settings of the beginning again after it was at the end", () => {
    const reel = reelOf(events);
    const shown = newShown();
    turnTo(reel, shown, 4700);
    turnTo(reel, shown, 1);
    expect(shown.model.runs.get(run)?.settings.max_concurrent).toBe(10);
  });

  test("keeps a bounded part of a long run, and asks for what it has let go", () => {
    const reel = reelOf(recorded(20_000));
    letGo(reel, 0);
    expect(reel.stretches.size).toBe(24);
    const shown = newShown();
    expect(turnTo(reel, shown, 19_900)).toBe(false);
    expect(shown.count).toBe(0);
    expect(missing(reel, shown, 19_900)).toEqual([36, 37, 38, 39]);
    expect(beforeStretch(reel, 36)).toBe(reel.seqs[18_000 - 1]);
  });

  test("goes on when what it has let go is back", () => {
    const all = recorded(20_000);
    const reel = reelOf(all);
    letGo(reel, 0);
    const shown = newShown();
    for (const place of missing(reel, shown, 19_900))
      refill(reel, place, all.slice(place * stretchEvents, (place + 1) * stretchEvents));
    expect(turnTo(reel, shown, 19_900)).toBe(true);
    expect(shown.model.runs.get(run)).toEqual(foldRunEvents(structuredClone(all.slice(0, 19_900))));
  });

  test("takes no stretch that lies behind all that was read", () => {
    const reel = reelOf(recorded(30));
    refill(reel, 7, []);
    expect(reel.stretches.has(7)).toBe(false);
  });

  test("shows nothing of a run whose opening is not on record", () => {
    const reel = newReel(run);
    feed(reel, events.slice(1, 10), true);
    const shown = newShown();
    expect(turnTo(reel, shown, 9)).toBe(true);
    expect(shown.model.runs.size).toBe(0);
  });

  test("leaves nothing waiting for the netrunner that waited then", () => {
    const reel = reelOf(events);
    const shown = newShown();
    turnTo(
      reel,
      shown,
      events.findIndex(({ type }) => type === "run.closed"),
    );
    expect([...shown.model.runs.keys()]).toEqual([run]);
    expect(shown.model.aside.size).toBe(0);
  });
});
