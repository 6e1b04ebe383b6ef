import { isHeldUp, isLeft } from "../../../scripts/soak/run-record.ts";
import { pause } from "../../../src/base/clock.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { soakPool, type SoakScene } from "./scene.ts";
import { goalOf } from "./units.ts";

export interface GoalWatch {
  /** Called again and again while the run is open: what a seed does to it. */
  meanwhile: (events: readonly DeckEvent[]) => Promise<void>;
  did: (deed: string) => void;
  /** A run that takes longer is stuck, milliseconds. */
  mostMs: number;
}

/** Has a run done on the nodes; whatever happens to the host, the next one goes on. Its id, and its events. */
export async function runGoal(
  scene: SoakScene,
  { goal, units, concurrent }: { goal: number; units: number; concurrent: number },
  { meanwhile, did, mostMs }: GoalWatch,
): Promise<{ run: string; events: DeckEvent[] }> {
  const began = performance.now();
  const flags = `--detach --on ${soakPool} --max-spawns 0 --pool 0 --tripwire-author off --sandbox off`.split(" ");
  const more = ["--max-concurrent", String(concurrent), "--max-starting", "6", "--brake", "default"];
  const opened = await scene.cyberdeck("run", ...flags, ...more, goalOf(goal, units));
  const run = /run-\d{8}-\d{6}-[0-9a-f]{4}/.exec(opened.output)?.[0];
  if (run === undefined) throw new Error(`no run was opened: ${opened.output}`);
  for (;;) {
    const events = scene.eventsOf(run);
    if (events.some(({ type }) => type === "run.closed") || performance.now() - began > mostMs) return { run, events };
    if (isLeft(events)) {
      await scene.startHost();
      await scene.cyberdeck("run", "--resume", run, "--detach");
      did("resume by hand");
    } else if (isHeldUp(events)) {
      await scene.cyberdeck("account", "release");
      did("release");
    } else await meanwhile(events);
    await pause(100);
  }
}
