import { costOf, type RunView } from "../../../protocol/view.ts";
import { lookedInto, type DeckModel } from "../model/deck-model.ts";
import { readFilter } from "./filter.ts";
import type { KeptLines } from "./kept-lines.ts";
import { ordered, type Order } from "./order.ts";
import { fleetRows, type FleetRow } from "./row.ts";

/** Which constructs are shown, and in which order. */
export interface Wish {
  order: Order;
  filter: string;
  isGrouped: boolean;
}

/** The constructs of a run, or, where they are not grouped, all of them. */
export interface Group {
  /** Null where they are not grouped. */
  view: RunView | null;
  rows: readonly FleetRow[];
}

/** The fleet as it is to be shown. */
export interface Arranged {
  groups: readonly Group[];
  /** The same in one row after the other. */
  rows: readonly FleetRow[];
  ids: readonly string[];
  /** How many there are without the filter. */
  all: number;
  /** What of the filter is not understood. */
  problem: string | null;
}

/** Keeps what was made last: a frame and each of its keys ask for it. */
export interface Shelf {
  stamp: string;
  arranged: Arranged | null;
  lines: KeptLines;
}

export const newShelf = (): Shelf => ({ stamp: "", arranged: null, lines: new WeakMap() });

/** The fleet of now; taken from the shelf as long as nothing has happened that it depends on. */
export function arrange(model: DeckModel, wish: Wish, shelf: Shelf): Arranged {
  const filter = readFilter(wish.filter);
  const second = filter.isTimed ? Math.floor(model.now / 1000) : 0;
  const runs = [...model.runs.values()].map(({ run, lastSeq }) => `${run}:${lastSeq}`).join();
  const { sort, isReversed } = wish.order;
  const stamp = [
    runs,
    model.current,
    lookedInto(model)?.run,
    sort,
    isReversed,
    wish.isGrouped,
    second,
    wish.filter,
  ].join("|");
  if (shelf.arranged !== null && shelf.stamp === stamp) return shelf.arranged;
  const all = fleetRows(model);
  const rows = ordered(
    all.filter((row) => filter.has(row, model.now)),
    wish.order,
  );
  const groups = wish.isGrouped ? grouped(rows) : [{ view: null, rows }];
  const flat = groups.flatMap((group) => group.rows);
  const ids = flat.map(({ construct }) => construct.id);
  Object.assign(shelf, { stamp, arranged: { groups, rows: flat, ids, all: all.length, problem: filter.problem } });
  return shelf.arranged ?? { groups, rows: flat, ids, all: all.length, problem: filter.problem };
}

/** What all agents of a group's run have cost, its daemon included. */
export const costOfGroup = ({ view }: Group): number => (view === null ? 0 : costOf(view));

/** By run: those with a need first, then as their first row comes. */
function grouped(rows: readonly FleetRow[]): Group[] {
  const groups = [...Map.groupBy(rows, ({ view }) => view)].map(([view, own]) => ({ view, rows: own }));
  const needs = ({ rows: own }: Group): number => (own.some(({ need }) => need !== undefined) ? 0 : 1);
  return groups.toSorted((one, other) => needs(one) - needs(other) || one.view.openedAt - other.view.openedAt);
}
