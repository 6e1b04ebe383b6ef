/** Who may start now. Pure: the fleet asks after every change. */

export interface QueuedSpawn {
  id: string;
  /** Ids that must have ended well before this one starts. */
  after: string[];
}

export interface FleetState {
  /** In the order in which they are to start. */
  queue: readonly QueuedSpawn[];
  /** Agent processes that are alive, the starting ones included. */
  alive: number;
  /** On the way up, for constructs or for the pool. */
  starting: number;
  /** How many may begin in this moment, as far as the account goes; left out: as many as like. */
  room?: number;
  /** Agents that are up and wait for a construct: to take one is no start. */
  ready: number;
  /** Whether one of those will do for a construct. */
  canBeWarm: (id: string) => boolean;
  /**
   * Whether there is a place for it; otherwise why not, in words. A place that it has been told counts as taken afterwards, so
   * it is asked only of one that starts if there is. Left out: there is always one.
   */
  placeFor?: (id: string) => true | string;
  /** How a construct has ended; undefined while it has not. */
  endOf: (id: string) => "done" | "not-done" | undefined;
}

export interface FleetLimits {
  max_concurrent: number;
  max_starting: number;
}

export interface Schedule {
  start: string[];
  /** Could start, but there is no place for it now. */
  unplaced: { id: string; why: string }[];
  /** Cannot start any more, because what they were to wait for did not end well. */
  blocked: { id: string; by: string }[];
}

export function schedule(state: FleetState, limits: FleetLimits): Schedule {
  let slots = Math.min(limits.max_concurrent - state.alive, state.room ?? Number.POSITIVE_INFINITY);
  let starts = limits.max_starting - state.starting;
  let { ready } = state;
  const start: string[] = [];
  const unplaced: Schedule["unplaced"] = [];
  const blocked: Schedule["blocked"] = [];
  for (const spawn of state.queue) {
    const failed = spawn.after.find((id) => state.endOf(id) === "not-done");
    if (failed !== undefined) blocked.push({ id: spawn.id, by: failed });
    else if (slots > 0 && spawn.after.every((id) => state.endOf(id) === "done")) {
      const isWarm = ready > 0 && state.canBeWarm(spawn.id);
      if (!isWarm && starts <= 0) continue;
      // An agent that is up has its place already.
      const place = isWarm ? true : (state.placeFor?.(spawn.id) ?? true);
      if (place !== true) {
        unplaced.push({ id: spawn.id, why: place });
        continue;
      }
      start.push(spawn.id);
      slots -= 1;
      if (isWarm) ready -= 1;
      else starts -= 1;
    }
  }
  return { start, unplaced, blocked };
}
