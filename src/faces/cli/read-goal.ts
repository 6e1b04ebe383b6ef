import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import type { World } from "./world.ts";
import { interruptedCode } from "./exit.ts";
import { interrupts } from "./interrupts.ts";

/** The most bytes of a goal. It is sent to the daemon as it is: a larger text belongs into a file that the goal names. */
const mostBytes = 262_144;

/** The goal that was given, or, for "-", what stdin holds. */
export async function readGoal(given: string | undefined, world: World): Promise<string> {
  if (given === undefined)
    throw new Fault("usage", "cli.no_goal", "there is no goal", {
      hint: 'say what is to be reached: cyberdeck run "GOAL" ("-" reads it from stdin)',
    });
  const goal = (given === "-" ? await readAll(world) : given).trim();
  if (goal === "")
    throw new Fault("usage", "cli.empty_goal", given === "-" ? "stdin held no goal" : "the goal is empty", {
      hint: 'say what is to be reached: cyberdeck run "GOAL"',
    });
  if (Buffer.byteLength(goal) > mostBytes) throw tooLong();
  return goal;
}

async function readAll(world: World): Promise<string> {
  if (world.stdin.isTTY === true) world.stderr.write("Type the goal; end it with Ctrl+D on an empty line.\n");
  using stops = interrupts(world, systemClock);
  stops.listen(() => world.stdin.destroy(new Fault("usage", interruptedCode, "interrupted before there was a goal")));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of world.stdin) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : asBuffer(chunk);
    size += bytes.length;
    if (size > mostBytes) throw tooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function asBuffer(chunk: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw new Fault("internal", "cli.stdin_objects", "stdin gave something else than bytes");
}

const tooLong = (): Fault =>
  new Fault("usage", "cli.goal_too_long", `the goal is longer than ${mostBytes / 1024} KiB`, {
    hint: "put the material into a file of the workspace and name that file in the goal",
  });
