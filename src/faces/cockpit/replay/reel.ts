import type { DeckEvent } from "../../../protocol/event.ts";
import { foldEvent, openView } from "../../../protocol/snapshot.ts";
import type { RunView } from "../../../protocol/view.ts";
import { hear, newModel, type DeckModel } from "../model/deck-model.ts";
import { hearFeeds } from "../model/feeds.ts";
import { needsOf } from "../model/needs.ts";

/**
 * A recorded run that can be shown as it was after any of its events. All are read once, in order; of the events themselves only some
 * stretches are kept, and of the run a still after every so many, so that a long one takes no more room than a short one. Grows in place.
 */
export interface Reel {
  run: string;
  /** Times and numbers of all events that were read. */
  ats: number[];
  seqs: number[];
  /** Stretches of events that are at hand, by their place. */
  stretches: Map<number, readonly DeckEvent[]>;
  /** Those that are being read again. */
  asked: Set<number>;
  /** The run after so many events. */
  stills: Map<number, RunView>;
  /** The run after all that was read. */
  last: RunView | null;
  isWhole: boolean;
}

/** What is shown of a reel: a model of its own, after so many events. Changed in place by `turnTo`. */
export interface Shown {
  model: DeckModel;
  count: number;
}

/** Events of a stretch: as many as the deck lists at a time. */
export const stretchEvents = 500;
/** Stretches from one still to the next. */
const stretchesOfStill = 4;
/** The most stretches that are kept. */
const mostKept = 24;

export const newReel = (run: string): Reel => ({
  run,
  ats: [],
  seqs: [],
  stretches: new Map(),
  asked: new Set(),
  stills: new Map(),
  last: null,
  isWhole: false,
});

export const newShown = (): Shown => ({ model: newModel(0), count: 0 });

/** Takes the next stretch in: full, or the last one of all. */
export function feed(reel: Reel, events: readonly DeckEvent[], isLast: boolean): void {
  const place = reel.ats.length / stretchEvents;
  for (const event of events) {
    reel.ats.push(event.at);
    reel.seqs.push(event.seq);
    if (reel.last !== null) foldEvent(reel.last, event);
    else if (event.type === "run.opened") reel.last = openView(structuredClone(event));
  }
  if (events.length > 0) reel.stretches.set(place, events);
  const isStill = reel.ats.length % (stretchEvents * stretchesOfStill) === 0;
  if (isStill && reel.last !== null && events.length > 0) reel.stills.set(reel.ats.length, structuredClone(reel.last));
  reel.isWhole = isLast;
}

/** Puts a stretch back that was let go. */
export function refill(reel: Reel, place: number, events: readonly DeckEvent[]): void {
  if (place * stretchEvents < reel.ats.length) reel.stretches.set(place, events);
}

/** Lets go of the stretches that are farthest from a place in the run. */
export function letGo(reel: Reel, count: number): void {
  const here = Math.floor(count / stretchEvents);
  const far = [...reel.stretches.keys()].toSorted((one, other) => Math.abs(other - here) - Math.abs(one - here));
  for (const place of far.slice(0, Math.max(0, far.length - mostKept))) reel.stretches.delete(place);
}

/** The number of the last event before a stretch: what comes after it is the stretch. */
export const beforeStretch = ({ seqs }: Reel, place: number): number => seqs[place * stretchEvents - 1] ?? 0;

/** The stretches that have to be read before the run can be shown after so many events. */
export function missing(reel: Reel, shown: Shown, count: number): number[] {
  const { from } = startOf(reel, shown, count);
  const places: number[] = [];
  for (let at = from; at < count; at = (Math.floor(at / stretchEvents) + 1) * stretchEvents) {
    const place = Math.floor(at / stretchEvents);
    if (!reel.stretches.has(place)) places.push(place);
  }
  return places;
}

/** Shows the run after so many events. False: it cannot be yet, for events that are not at hand; then nothing has changed. */
export function turnTo(reel: Reel, shown: Shown, count: number): boolean {
  if (count === shown.count) return true;
  if (missing(reel, shown, count).length > 0) return false;
  const { from, still } = startOf(reel, shown, count);
  if (from !== shown.count || still !== null)
    Object.assign(shown, { model: modelFrom(reel, from, still), count: from });
  for (let at = from; at < count; at += 1) {
    const event = eventAt(reel, at);
    // The settings of an opening are changed in place by what comes.
    if (event !== undefined) hear(shown.model, at === 0 ? structuredClone(event) : event);
  }
  shown.count = count;
  // What waited then is over: it must not look as if it waited now.
  for (const { id } of needsOf(shown.model)) shown.model.aside.add(id);
  return true;
}

/** The event at a place, where it is at hand. */
export const eventAt = ({ stretches }: Reel, at: number): DeckEvent | undefined =>
  stretches.get(Math.floor(at / stretchEvents))?.[at % stretchEvents];

/** From where the way to a count is shortest: from what is shown, or from a still. */
function startOf({ stills }: Reel, shown: Shown, count: number): { from: number; still: RunView | null } {
  const isAhead = shown.count <= count;
  let best: { from: number; still: RunView | null } = { from: isAhead ? shown.count : 0, still: null };
  for (const [at, still] of stills) if (at <= count && at > best.from) best = { from: at, still };
  return best;
}

function modelFrom(reel: Reel, from: number, still: RunView | null): DeckModel {
  const model = { ...newModel(0), link: { state: "attached" as const } };
  if (still === null) return model;
  model.runs.set(reel.run, structuredClone(still));
  model.current = reel.run;
  // What was said shortly before is told, as far as it is at hand.
  for (let at = Math.max(0, from - stretchEvents); at < from; at += 1) {
    const event = eventAt(reel, at);
    if (event !== undefined) hearFeeds(model.feeds, event);
  }
  return model;
}
