import type { ConstructView } from "../../../protocol/view.ts";
import { hasEnded, type FleetRow } from "./row.ts";

/** By what the fleet can be ordered. `need`: who needs the netrunner, then what its state makes of it. */
export const sorts = ["need", "cost", "age", "name", "task"] as const;
export type Sort = (typeof sorts)[number];

export interface Order {
  sort: Sort;
  isReversed: boolean;
}

/** The order after this one; a new one begins the way round that is of most use. */
export const nextOrder = ({ sort }: Order): Order => ({
  sort: sorts[(sorts.indexOf(sort) + 1) % sorts.length] ?? "need",
  isReversed: false,
});

/** An order in words. */
export function orderWord({ sort, isReversed }: Order): string {
  const [usual, turned] = words[sort];
  return isReversed ? turned : usual;
}

/** The rows in order. Whatever it is: who needs the netrunner is on top, who has ended is at the bottom. */
export function ordered(rows: readonly FleetRow[], { sort, isReversed }: Order): FleetRow[] {
  const compare = orders[sort];
  const way = isReversed ? -1 : 1;
  return rows.toSorted(
    (one, other) => rankOf(one) - rankOf(other) || way * compare(one, other) || one.place - other.place,
  );
}

type Compare = (one: FleetRow, other: FleetRow) => number;

const rankOf = (row: FleetRow): number => (row.need !== undefined ? 0 : hasEnded(row) ? 2 : 1);

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What is decided without an answer comes first; who ended last comes first among those that have ended. */
const byNeed: Compare = (one, other) => {
  if (one.need !== undefined && other.need !== undefined) return until(one) - until(other) || 0;
  const [ended, otherEnded] = [one.construct.endedAt, other.construct.endedAt];
  if (ended !== null && otherEnded !== null) return otherEnded - ended;
  return states[one.construct.state] - states[other.construct.state];
};

/** A number that can be compared, also where there is no deadline. */
const until = ({ need }: FleetRow): number => need?.deadline ?? Number.MAX_SAFE_INTEGER;

/** Who has been at it longest comes first; who has not begun, last. */
const byAge: Compare = ({ construct: one }, { construct: other }) =>
  (one.startedAt ?? Number.MAX_SAFE_INTEGER) - (other.startedAt ?? Number.MAX_SAFE_INTEGER);

const orders: Record<Sort, Compare> = {
  need: byNeed,
  cost: (one, other) => other.construct.costUsd - one.construct.costUsd,
  age: byAge,
  name: (one, other) => byText(one.construct.id, other.construct.id),
  task: (one, other) => byText(one.construct.task.toLowerCase(), other.construct.task.toLowerCase()),
};

const states: Record<ConstructView["state"], number> = {
  held: 0,
  paused: 1,
  ending: 2,
  running: 2,
  starting: 2,
  parked: 3,
  suspended: 3,
  queued: 4,
  failed: 5,
  killed: 5,
  redirected: 5,
  done: 5,
};

const words: Record<Sort, readonly [usual: string, turned: string]> = {
  need: ["need first", "need, turned"],
  cost: ["cost ▾", "cost ▴"],
  age: ["oldest first", "newest first"],
  name: ["name a–z", "name z–a"],
  task: ["task a–z", "task z–a"],
};
