import type { PoolEnd } from "../../protocol/pool.ts";

/** How a warm pool stands. Times in milliseconds, sizes in bytes. */
export interface PoolState {
  /** How many spares the netrunner wants. */
  target: number;
  /** How many constructs could come that would find a slot. */
  useful: number;
  /** Starts that constructs leave free. */
  starts: number;
  spares: readonly { id: string; isReady: boolean; age: number }[];
  /** Since a construct last took a spare or started without one; Infinity: never. */
  sinceTake: number;
  /** Nobody has come for so long that spares have expired: none are started until somebody does. */
  isResting: boolean;
  /** Spares in a row that did not come up or did not last, and how long ago that last was. */
  failures: number;
  sinceFailure: number;
  /** Undefined where the machine does not tell. */
  memory: { free: number; total: number } | undefined;
}

export interface PoolPlan {
  start: number;
  end: { id: string; why: PoolEnd }[];
  isResting: boolean;
  /** When to look again although nothing happens; undefined: no need to. */
  lookIn: number | undefined;
}

/** A spare goes with old credentials and an old state of the folder: after so long it is not worth keeping. */
export const mostAge = 30 * 60_000;

/** While spares exist, their age, the memory and their health are looked at so often. */
export const lookEvery = 60_000;

/** What an agent takes once it works, with room for its first tool. */
const agentBytes = 200 * 1024 * 1024;

/**
 * A construct that has just begun needs the processor more than its successor does. A burst of spawns goes out within this
 * time.
 */
const lull = 750;

const leastBackoff = 1000;
const mostBackoff = 5 * 60_000;

/** What to start and what to end now. Pure: the pool asks after every change. */
export function planPool(state: PoolState): PoolPlan {
  const end: PoolPlan["end"] = [];
  let keep = [...state.spares];
  const drop = (why: PoolEnd, which: PoolState["spares"]): void => {
    end.push(...which.map(({ id }) => ({ id, why })));
    keep = keep.filter((spare) => !which.includes(spare));
  };
  drop(
    "expired",
    keep.filter((spare) => spare.age >= mostAge),
  );
  // The one whose start has cost least goes first, then the oldest.
  const byWorth = (): PoolState["spares"] =>
    keep.toSorted((a, b) => Number(a.isReady) - Number(b.isReady) || (a.isReady ? b.age - a.age : a.age - b.age));
  drop("surplus", byWorth().slice(0, Math.max(0, keep.length - state.target)));
  drop("memory", byWorth().slice(0, tooMany(state.memory)));

  const isResting = state.isResting || (end.some(({ why }) => why === "expired") && state.sinceTake >= mostAge);
  const missing = isResting ? 0 : Math.min(state.target, state.useful) - keep.length;
  const wanted = Math.max(0, Math.min(missing, state.starts, roomFor(state.memory, keep)));
  const wait = Math.max(lull - state.sinceTake, backoff(state.failures) - state.sinceFailure);
  const start = wait > 0 ? 0 : wanted;
  const looks = [...(wanted > start ? [wait] : []), ...(keep.length + start > 0 ? [lookEvery] : [])];
  return { start, end, isResting, lookIn: looks.length === 0 ? undefined : Math.min(...looks) };
}

/** How long to leave it after so many failures in a row. */
export const backoff = (failures: number): number =>
  failures === 0 ? 0 : Math.min(mostBackoff, leastBackoff * 2 ** (failures - 1));

/** What the machine keeps for the constructs that work and for everything else. */
const reserve = (total: number): number => Math.max(512 * 1024 * 1024, total / 10);

function tooMany(memory: PoolState["memory"]): number {
  if (memory === undefined) return 0;
  return Math.ceil(Math.max(0, reserve(memory.total) - memory.free) / agentBytes);
}

/** One more than the reserve must stay free: else the next look would end what this one has started. */
function roomFor(memory: PoolState["memory"], keep: PoolState["spares"]): number {
  if (memory === undefined) return Number.POSITIVE_INFINITY;
  // What is starting has not taken its memory yet.
  const promised = (keep.filter((spare) => !spare.isReady).length + 1) * agentBytes;
  return Math.floor((memory.free - reserve(memory.total) - promised) / agentBytes);
}
