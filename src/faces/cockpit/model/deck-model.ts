import { nextMidnight } from "../../../base/day.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { HostStatus } from "../../../protocol/host.ts";
import { foldEvent, openView } from "../../../protocol/snapshot.ts";
import type { RunView } from "../../../protocol/view.ts";
import type { Need } from "./need.ts";
import { hearRaised } from "./raised.ts";
import { hearFeeds, newFeeds, type Feeds } from "./feeds.ts";

/** How the cockpit stands with its deck. */
export type Link =
  | { state: "attaching" }
  | { state: "attached" }
  /** It was there and is not any more, or could not be reached. */
  | { state: "lost"; why: string; hint: string };

/** What the cockpit knows of its deck: the snapshot that it began with and every event since. Changed in place, by its events alone, `aside` apart. */
export interface DeckModel {
  link: Link;
  /** As it was when the cockpit attached. */
  host: HostStatus | null;
  /** The runs that are open, and those that have closed meanwhile; in the order in which they came. */
  runs: Map<string, RunView>;
  /** Those of them that are over and were asked for: they are looked into, as the record has them. */
  recorded: Set<string>;
  /** What is kept of the events themselves, the latest of each. */
  feeds: Feeds;
  /** When what waits for the netrunner began to wait, by its id. */
  raisedAt: Map<string, number>;
  /** What waits, as it was made of the rest when it was last asked for (`needs.ts`). */
  needs: { stamp: string; list: readonly Need[] } | null;
  /** What the netrunner does not want to see any more, by its id. */
  aside: Set<string>;
  /** The run that is meant where nothing says which. */
  current: string | null;
  /** The one that was meant before one was looked into. */
  meantBefore: string | null;
  /** What all runs of the home have cost on the day that it is, US dollars, and when that day is over. */
  today: { usd: number; end: number };
  /** Milliseconds since the epoch, as of this frame. */
  now: number;
}

/** The most closed runs that are kept; older ones are in the record. */
const mostClosed = 8;

export const newModel = (now: number): DeckModel => ({
  link: { state: "attaching" },
  host: null,
  runs: new Map(),
  recorded: new Set(),
  feeds: newFeeds(),
  raisedAt: new Map(),
  needs: null,
  aside: new Set(),
  current: null,
  meantBefore: null,
  today: { usd: 0, end: nextMidnight(now) },
  now,
});

/** Takes a run over as the deck has it. */
export function adopt(model: DeckModel, view: RunView): void {
  model.runs.set(view.run, view);
  model.current ??= view.run;
  const current = currentRun(model);
  // What begins takes the place of what has ended; whoever looks into the record is left there.
  if (current?.closedAt !== null && lookedInto(model) === undefined && isOpen(view)) model.current = view.run;
}

/** Takes over a run that is over, to be looked at. */
export function adoptRecorded(model: DeckModel, view: RunView): void {
  adopt(model, view);
  if (!isOpen(view)) model.recorded.add(view.run);
  dropClosed(model);
}

/** Takes an event in. False: it is of a run whose view has to be asked for. */
export function hear(model: DeckModel, event: DeckEvent): boolean {
  let view = model.runs.get(event.run);
  if (view === undefined) {
    if (event.type !== "run.opened") return false;
    view = openView(event);
    adopt(model, view);
    hearFeeds(model.feeds, event);
    hearRaised(model.raisedAt, event);
    dropClosed(model);
    return true;
  }
  // The snapshot has it already.
  if (event.seq <= view.lastSeq) return true;
  foldEvent(view, event);
  if (event.type === "agent.used") spend(model, event.at, event.body.cost_usd);
  if (isOpen(view)) model.recorded.delete(view.run);
  hearFeeds(model.feeds, event);
  hearRaised(model.raisedAt, event);
  return true;
}

function spend(model: DeckModel, at: number, usd: number): void {
  if (at >= model.today.end) model.today = { usd: 0, end: nextMidnight(at) };
  model.today.usd += usd;
}

/** The run that is meant where nothing says which. */
export const currentRun = ({ runs, current }: DeckModel): RunView | undefined =>
  current === null ? undefined : runs.get(current);

/** The run that is over and is looked into: it is shown alone. */
export function lookedInto(model: DeckModel): RunView | undefined {
  const run = currentRun(model);
  return run !== undefined && model.recorded.has(run.run) ? run : undefined;
}

/** Makes a run the one that is meant; one that is over is looked into. */
export function mean(model: DeckModel, run: string): void {
  const view = model.runs.get(run);
  if (view !== undefined && !isOpen(view)) {
    if (lookedInto(model) === undefined) model.meantBefore = model.current;
    model.recorded.add(run);
  }
  model.current = run;
}

/** Back from a run that is looked into to the one that was meant before, where it is open still, else to another open one. */
export function leaveRecord(model: DeckModel): void {
  const others = [...model.runs.values()].filter(({ run }) => !model.recorded.has(run));
  const before = others.find(({ run }) => run === model.meantBefore);
  const open = before !== undefined && isOpen(before) ? before : others.findLast(isOpen);
  model.current = (open ?? before ?? others.at(-1))?.run ?? null;
  model.meantBefore = null;
}

export const isOpen = (view: RunView): boolean => view.closedAt === null;

function dropClosed(model: DeckModel): void {
  const closed = [...model.runs.values()].filter((view) => !isOpen(view) && view.run !== model.current);
  for (const { run } of closed.slice(0, Math.max(0, closed.length - mostClosed))) {
    model.runs.delete(run);
    model.recorded.delete(run);
    model.feeds.runs.delete(run);
  }
}
