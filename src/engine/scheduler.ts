/** Who may start now. Pure: the fleet asks after every change. */

export interface QueuedSpawn {
  id: string;
  /** Ids that must have ended well before this one starts. */
  after: string[];
}

export interface FleetState {
  /** In the order in which they are to start. */
  queue: QueuedSpawn[];
  /** Agent processes that are alive, the starting ones included. */
  alive: number;
  starting: number;
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
  let slots = Math.min(limits.max_concurrent - state.alive, limits.max_starting - state.starting);
  const start: string[] = [];
  const blocked: Schedule["blocked"] = [];
  for (const spawn of state.queue) {
    const failed = spawn.after.find((id) => state.endOf(id) === "not-done");
    if (failed !== undefined) blocked.push({ id: spawn.id, by: failed });
    else if (slots > 0 && spawn.after.every((id) => state.endOf(id) === "done")) {
      start.push(spawn.id);
      slots -= 1;
    }
  }
  return { start, blocked };
}
