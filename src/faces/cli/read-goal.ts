import { Fault } from "../../base/fault.ts";
import type { World } from "./world.ts";
import { readInput } from "./read-input.ts";

/** The most bytes of a goal. It is sent to the daemon as it is: a larger text belongs into a file that the goal names. */
const mostBytes = 262_144;

/** The goal that was given, or, for "-", what stdin holds. */
export async function readGoal(given: string | undefined, world: World): Promise<string> {
  if (given === undefined)
    throw new Fault("usage", "cli.no_goal", "there is no goal", {
      hint: 'say what is to be reached: cyberdeck run "GOAL" ("-" reads it from stdin)',
    });
  const goal = (given === "-" ? await readInput(world, { what: "the goal", mostBytes, tooLong }) : given).trim();
  if (goal === "")
    throw new Fault("usage", "cli.empty_goal", given === "-" ? "stdin held no goal" : "the goal is empty", {
      hint: 'say what is to be reached: cyberdeck run "GOAL"',
    });
  if (Buffer.byteLength(goal) > mostBytes) throw tooLong();
  return goal;
}

const tooLong = (): Fault =>
  new Fault("usage", "cli.goal_too_long", `the goal is longer than ${mostBytes / 1024} KiB`, {
    hint: "put the material into a file of the workspace and name that file in the goal",
  });
