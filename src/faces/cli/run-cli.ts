import { complaint } from "./complaint.ts";
import { exitCodeOfError } from "./exit.ts";
import { runCommand } from "./program.ts";
import { sink } from "./sink.ts";
import type { World } from "./world.ts";

/** Commands wait for their own readers; this is for what is left after an interrupt, and for messages. */
const lastWordsMs = 5000;

/**
 * The command line: does what the arguments say and resolves to the exit code. It never rejects. When it resolves,
 * everything that was written has been handed over to stdout and stderr, as far as somebody reads them.
 */
export async function runCli(world: World): Promise<number> {
  // A reader that has gone must not end the program: who writes finds out by itself.
  const outputs = [sink(world.stdout), sink(world.stderr)];
  // Waiting for an event of the deck holds no handle by itself: Node would end in the middle of it.
  const alive = setInterval(() => {}, 1 << 30);
  let code: number;
  try {
    code = await runCommand(world);
  } catch (error) {
    world.stderr.write(complaint(error, (world.env["CYBERDECK_DEBUG"] ?? "") !== ""));
    code = exitCodeOfError(error);
  }
  const enough = setTimeout(() => {
    for (const output of outputs) output.hurry();
  }, lastWordsMs);
  for (const output of outputs) await output.flush();
  clearTimeout(enough);
  clearInterval(alive);
  return code;
}
