import { expect, test } from "vitest";
import { noHistory, withEvent, withPage, type History } from "../../../../src/faces/cockpit/model/history.ts";
import type { DeckEvent } from "../../../../src/protocol/event.ts";

const event = (seq: number, run = "run-1"): DeckEvent => ({
  seq,
  at: seq,
  run,
  source: "test",
  version: 1,
  type: "netrunner.said",
  body: { text: String(seq) },
});
const page = (from: number, to: number, more = false): { events: DeckEvent[]; more: boolean } => ({
  events: Array.from({ length: to - from + 1 }, (_, index) => event(from + index)),
  more,
});
const seqs = ({ events }: History): number[] => events.map(({ seq }) => seq);
const of = (from: number, to: number): History => withPage(noHistory("run-1"), page(from, to, true));

test("an event of another run, or one that is known, changes nothing", () => {
  const history = of(5, 7);
  expect(withEvent(history, event(8, "run-2"))).toBe(history);
  expect(withEvent(history, event(7))).toBe(history);
  expect(withEvent(history, event(3))).toBe(history);
  expect(seqs(withEvent(history, event(9)))).toEqual([5, 6, 7, 9]);
});

test("an older page comes before what is known, and tells whether there is more", () => {
  const history = withPage(of(5, 7), page(2, 4, false));
  expect(seqs(history)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(history.more).toBe(false);
});

test("a page that overlaps doubles nothing, and loses nothing that has come since", () => {
  const history = withPage(withEvent(of(5, 7), event(9)), page(6, 8, true));
  expect(seqs(history)).toEqual([5, 6, 7, 8, 9]);
  expect(history.more).toBe(true);
});

test("a page behind a gap takes the place of what was before it, so that nothing looks whole that is not", () => {
  const history = withPage(of(5, 7), page(40, 42, true));
  expect(seqs(history)).toEqual([40, 41, 42]);
  expect(history.more).toBe(true);
});

test("an empty page of the beginning ends the asking", () => {
  expect(withPage(of(5, 7), { events: [], more: false })).toMatchObject({ more: false });
  expect(seqs(withPage(noHistory("run-1"), { events: [], more: false }))).toEqual([]);
});

test("no more than some thousand events are kept, and then there are older ones", () => {
  let history = withPage(noHistory("run-1"), page(1, 6000));
  expect(history.more).toBe(false);
  history = withEvent(history, event(6001));
  expect(history.events).toHaveLength(6000);
  expect(history.events[0]?.seq).toBe(2);
  expect(history.more).toBe(true);
});
