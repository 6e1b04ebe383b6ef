import type { FleetState } from "../fleet/fleet-state.ts";
import { newShelf } from "../fleet/arrange.ts";
import { fleetPage } from "../pages/fleet.ts";
import type { At, Seen } from "../page.ts";
import type { Size } from "../screen/size.ts";
import { reached, type Position } from "./pace.ts";
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
  type Shown,
} from "./reel.ts";

/** What the page of a replay keeps. */
export interface ReplayState {
  /** Null: no run is chosen. */
  reel: Reel | null;
  shown: Shown;
  position: Position;
  /** Whether the page is in front and its run is being read. */
  isLoading: boolean;
  /** Why it could not be read; "": it could. */
  problem: string;
  view: "fleet" | "events";
  fleet: FleetState;
}

export function newReplayState(run: string | undefined): ReplayState {
  const shown = newShown();
  return {
    reel: run === undefined ? null : newReel(run),
    shown,
    position: { count: 0, since: null, speed: 4 },
    isLoading: false,
    problem: "",
    view: "fleet",
    fleet: fleetPage.begin({}, shown.model, undefined),
  };
}

/** Shows the run after so many events. False: it cannot be yet. */
export function turned({ shown, fleet }: ReplayState, reel: Reel, count: number): boolean {
  const before = shown.model;
  const isThere = turnTo(reel, shown, count);
  // What was arranged is of constructs that have gone on since.
  if (shown.model !== before) Object.assign(fleet.shelf, newShelf());
  return isThere;
}

/** Rows around the fleet: whose replay it is, above; the bar and the last event, below. */
export const rowsAbove = 1;
export const rowsBelow = 3;

/** The fleet as it was, as its own page would see it. */
export const fleetSeen = ({ state, size }: Pick<Seen<ReplayState>, "state" | "size">): Seen<FleetState> => ({
  model: state.shown.model,
  state: state.fleet,
  size: innerSize(size),
});

export const innerSize = ({ columns, rows }: Size): Size => ({
  columns,
  rows: Math.max(1, rows - rowsAbove - rowsBelow),
});

/** Reads the run from its first event on; it plays meanwhile. */
export async function readReel({ state, hands, update }: At<ReplayState>): Promise<void> {
  const { reel } = state;
  if (reel === null || reel.isWhole || state.isLoading) return;
  /** False: another run has been chosen meanwhile. */
  const set = (change: Partial<ReplayState>): boolean => {
    let isWanted = false;
    update((now) => {
      isWanted = now.reel === reel;
      if (isWanted) letGo(reel, now.position.count);
      return isWanted ? { ...now, ...change } : now;
    });
    return isWanted;
  };
  set({ isLoading: true, problem: "" });
  while (!reel.isWhole) {
    const after = reel.seqs.at(-1) ?? 0;
    const answer = await hands.ask({ type: "events.list", run: reel.run, after, limit: stretchEvents });
    if ("problem" in answer) {
      set({ isLoading: false, problem: answer.problem });
      return;
    }
    feed(reel, answer.reply.events, !answer.reply.more);
    if (!set({})) return;
  }
  set({ isLoading: false });
}

/** Has the events read again that a place needs and that were let go. */
export async function readBack({ state, hands, update }: At<ReplayState>, count: number): Promise<void> {
  const { reel, shown } = state;
  if (reel === null) return;
  const places = missing(reel, shown, count).filter((place) => !reel.asked.has(place));
  for (const place of places) reel.asked.add(place);
  for (const place of places) {
    const after = beforeStretch(reel, place);
    const page = await hands.send({ type: "events.list", run: reel.run, after, limit: stretchEvents });
    reel.asked.delete(place);
    if (page === undefined) return;
    refill(reel, place, page.events);
    letGo(reel, count);
    update((now) => ({ ...now }));
  }
}

/** Where a replay stands now. */
export const placeOf = ({ reel, position }: ReplayState, now: number): { count: number; at: number; left: number } =>
  reached(reel?.ats ?? [], position, now);
