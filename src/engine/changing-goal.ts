import { Fault } from "../base/fault.ts";
import type { RunView } from "../protocol/view.ts";
import type { Note } from "./journal.ts";

/** Puts another goal on record. Gives the old one; a fault where that is no change. */
export function changeGoal(goal: string, { kind, run, goal: from }: RunView, note: Note): string {
  if (kind !== "goal")
    throw new Fault("refused", "goal.none", `The run ${run} has tasks and no goal.`, {
      hint: 'Open one that has: cyberdeck run "GOAL"',
    });
  if (from === goal)
    throw new Fault("usage", "goal.same", "This is the goal already.", { hint: "Say what is to be another." });
  note("goal.changed", { from, to: goal });
  return from;
}
