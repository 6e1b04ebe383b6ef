import { describe, expect, test } from "vitest";
import type { DeckEvent } from "../../../../src/protocol/event.ts";
import {
  heardBy,
  mostSteps,
  newRecord,
  withOlder,
  type TranscriptRecord,
} from "../../../../src/faces/cockpit/construct/record.ts";
import { plainText } from "../../../../src/faces/cockpit/transcript/step.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";
import { busyFleet, id } from "../kit/scenes.ts";

const construct = id(4);
const origin = { since: 0, folder: "/w/run", workspace: "/w" };

/** What a construct has said, as events of one after the other. */
const said = (first: number, count: number, who = construct): DeckEvent[] =>
  Array.from({ length: count }, (_, n): DeckEvent => {
    const seq = first + n;
    const body = { construct: who, text: `word ${seq}` };
    return { seq, at: seq, run: "run-1", source: "test", version: 1, type: "construct.said", body };
  });

const texts = ({ steps }: TranscriptRecord): string[] => steps.map(plainText);

describe("what the construct page knows of a record", () => {
  test("takes no event of another construct, and none twice", () => {
    const [event] = said(5, 1);
    const [foreign] = said(6, 1, id(5));
    if (event === undefined || foreign === undefined) throw new Error("there are events");
    const record = newRecord(construct, origin, [event]);
    expect(heardBy(record, event, true)).toBe(record);
    expect(heardBy(record, foreign, true)).toBe(record);
  });

  test("keeps the entries of what is the same, so that they are not wrapped again", () => {
    const [first, second] = said(5, 2);
    if (first === undefined || second === undefined) throw new Error("there are events");
    const record = newRecord(construct, origin, [first]);
    const next = heardBy(record, second, true);
    expect(next.entries[0]).toBe(record.entries[0]);
    expect(next.entries).toHaveLength(2);
  });

  test("puts older events before what it has, and each only once", () => {
    const record = newRecord(construct, origin, said(10, 3));
    const whole = withOlder(record, { events: said(1, 11), more: false });
    expect(texts(whole)).toEqual(Array.from({ length: 12 }, (_, n) => `word ${n + 1}`));
    expect([whole.from, whole.to, whole.isWhole]).toEqual([1, 12, true]);
  });

  test("puts a result that came late to a call that is loaded later", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const stage = deck.stage();
    stage.emit("construct.tool_returned", { construct, call: "call-4", failed: false, text: "the help" });
    const own = deck.events.filter(({ body }) => "construct" in body && body.construct === construct);
    const record = newRecord(construct, origin, own.slice(-1));
    expect(texts(record)).toEqual(["a call (not loaded)\nthe help"]);
    const whole = withOlder(record, { events: own.slice(0, -1), more: false });
    expect(texts(whole).at(-1)).toBe("Bash cyberdeck help 4\nthe help");
  });

  test("forgets its oldest steps only while the end is followed, and knows that they are gone", () => {
    let reading = newRecord(construct, origin, said(1, mostSteps));
    let following = reading;
    for (const event of said(mostSteps + 1, 2)) {
      reading = heardBy(reading, event, false);
      following = heardBy(following, event, true);
    }
    expect(reading.steps).toHaveLength(mostSteps + 2);
    expect(following.steps.length).toBeLessThan(mostSteps);
    expect(following.isWhole).toBe(false);
    expect(following.from).toBe(following.steps[0]?.seq);
  });

  test("is whole when it begins with the start of the construct", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const own = deck.events.filter(({ body }) => "construct" in body && body.construct === construct);
    expect(newRecord(construct, origin, own).isWhole).toBe(true);
    expect(newRecord(construct, origin, own.slice(1)).isWhole).toBe(false);
    expect(newRecord(construct, origin, [])).toMatchObject({ from: null, isWhole: false });
  });
});
