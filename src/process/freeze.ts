import { setImmediate as nextTurn } from "node:timers/promises";
import type { Census, Scene } from "./census.ts";
import type { Child } from "./child.ts";
import type { ProcessTable } from "./entry.ts";
import { signalScene } from "./signals.ts";

/**
 * Stops the clock of a child and of everything that it has started, until `thawTree` or a stop. True when a last look found
 * nothing that had not been stopped. Frozen processes can be killed, but not asked to end: give such a stop no grace.
 */
export async function freezeTree({ table, census, stopping, exit }: Child): Promise<boolean> {
  if (stopping !== undefined || exit !== undefined) return false;
  return (await freeze({ table, census })).settled;
}

/** Lets a frozen child and everything that it has started go on. Without effect on what is being ended. */
export async function thawTree(child: Child): Promise<void> {
  const scene = await tryLook(child.census);
  // One whose end has begun stays as it is: it was stopped in order to be killed.
  if (scene !== undefined && child.stopping === undefined) await signalScene(child.table, scene, "SIGCONT", "each");
}

/** Stops the clock for all of them, round after round, since what is not stopped yet can start more. */
export async function freeze(target: { table: ProcessTable; census: Census }): Promise<Frozen> {
  const frozen = new Map<number, number>();
  let scene = await tryLook(target.census);
  for (let round = 0; scene !== undefined && round < mostRounds; round += 1) {
    const fresh = scene.alive.filter((entry) => frozen.get(entry.pid) !== entry.started);
    if (fresh.length === 0) return { scene, settled: true };
    await signalScene(target.table, { alive: fresh, groups: scene.groups }, "SIGSTOP", "each");
    for (const entry of fresh) frozen.set(entry.pid, entry.started);
    // Each round takes a few milliseconds of this thread: others must get their turn in between.
    await nextTurn();
    scene = await tryLook(target.census);
  }
  return { scene, settled: false };
}

export interface Frozen {
  /** As the last look found it; undefined when the table could not be read. */
  scene: Scene | undefined;
  /** The last look found nothing that had not been stopped. */
  settled: boolean;
}

const mostRounds = 20;

/** A table that cannot be read now (no file handle left) is no proof of anything: the caller tries again within its bound. */
export const tryLook = (census: Census): Promise<Scene | undefined> => census.look().catch(() => undefined);
