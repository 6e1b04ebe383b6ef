/** Whether a spawn may join the queue. Pure; whoever is refused is told the rule and the reason. */

export interface SpawnRequest {
  task: string;
  /** Ids of constructs, and positions of earlier items of the same block. */
  after: readonly (string | number)[];
}

export interface SpawnState {
  /** The run takes spawns: it is neither paused nor being closed. */
  isOpen: boolean;
  /** Constructs of this run so far. */
  total: number;
  /** The most that a run may have; 0 means no cap. */
  maxSpawns: number;
  /** Whether a construct of this run has this id. */
  knows: (id: string) => boolean;
  /** Whether an item of this block at this position became a construct. */
  spawnedAt: (position: number) => boolean;
}

export type Admission = { ok: true } | { ok: false; rule: string; reason: string };

export function admit(request: SpawnRequest, state: SpawnState): Admission {
  const no = (rule: string, reason: string): Admission => ({ ok: false, rule, reason });
  if (!state.isOpen) return no("run.closing", "the run is ending, so nothing new is started");
  if (request.task.trim() === "") return no("task.empty", "the task is empty");
  if (state.maxSpawns > 0 && state.total >= state.maxSpawns) {
    return no("cap.spawns", `the cap of ${state.maxSpawns} constructs for this run is reached`);
  }
  for (const reference of request.after) {
    if (typeof reference === "number" && !state.spawnedAt(reference)) {
      return no(
        "after.unknown",
        `"after" names item ${reference}, which is not an earlier spawn of this block that was started`,
      );
    }
    if (typeof reference === "string" && !state.knows(reference)) {
      return no("after.unknown", `"after" names ${reference}, which is no construct of this run`);
    }
  }
  return { ok: true };
}
