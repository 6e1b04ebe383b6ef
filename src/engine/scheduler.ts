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
  /** How a construct has ended; undefined while it has not. */
  endOf: (id: string) => "done" | "not-done" | undefined;
}

export interface FleetLimits {
  max_concurrent: number;
  max_starting: number;
}

export interface Schedule {
  start: string[];
  /** Cannot start any more, because what they were to wait for did not end well. */
  blocked: { id: string; by: string }[];
}

export function schedule(state: FleetState, limits: FleetLimits): Schedule {
  let slots = Math.min(limits.max_concurrent - state.alive, state.room ?? Number.POSITIVE_INFINITY);
  let starts = limits.max_starting - state.starting;
  let { ready } = state;
  const start: string[] = [];
  const blocked: Schedule["blocked"] = [];
  for (const spawn of state.queue) {
    const failed = spawn.after.find((id) => state.endOf(id) === "not-done");
    if (failed !== undefined) blocked.push({ id: spawn.id, by: failed });
    else if (slots > 0 && spawn.after.every((id) => state.endOf(id) === "done")) {
      const isWarm = ready > 0 && state.canBeWarm(spawn.id);
      if (!isWarm && starts <= 0) continue;
      start.push(spawn.id);
      slots -= 1;
      if (isWarm) ready -= 1;
      else starts -= 1;
    }
  }
  return { start, blocked };
}
