import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { shellWords } from "../../../base/shell-words.ts";
import { oneLine } from "../../../base/text.ts";
import type { Port } from "../../../host/port.ts";
import { exitCode } from "../exit.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface SayFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck say`: a message of the netrunner to the daemon of an open run, or the answer to its question. */
export function defineSay(command: Command, world: World, finish: (code: number) => void): void {
  command
    .argument("<run>", 'which of the open runs: its id, the unique beginning or end of it, or "last"')
    .argument("[text]", "what to tell it, in quotes", words("the text", '"proceed"'))
    .usage("[options] <run> <text>");
  addHomeFlags(command)
    .option("--json", "write what was done as a line of JSON")
    .addHelpText("after", examples)
    .action(async (run: string, text: string | undefined) => {
      const given = command.optsWithGlobals<SayFlags>();
      if (text === undefined) return lookUp(world, given, (port) => refuseHalf(run, port), "deck");
      const flags = { ...given, run };
      await lookUp(
        world,
        flags,
        async (port) => {
          await port.send({ type: "say", text });
          const view = await port.snapshot();
          const said = { run: view?.run ?? run, text };
          return flags.json === true ? jsonLine(said) : `${said.run}: the daemon gets this in its next turn\n`;
        },
        "deck",
      );
      finish(exitCode.done);
    });
}

/** Of a run and a text, one was given. */
async function refuseHalf(given: string, port: Port): Promise<never> {
  const { runs } = await port.send({ type: "runs.open" });
  const shown = oneLine(given, 60);
  const open = runs
    .slice(-mostNamed)
    .map(({ run, goal }) => `${run} (${oneLine(goal.slice(0, 400), 40)})`)
    .join(", ");
  const hint =
    runs.length === 0
      ? 'no run is open; start one: cyberdeck run "GOAL"'
      : `say which run and what: cyberdeck say ${runs.at(-1)?.run ?? "last"} ${shellWords([shown])}; open: ${open}`;
  throw new Fault("usage", "cli.say_half", `"${shown}" alone is a run without a text, or a text without a run`, {
    hint,
  });
}

/** So many of the runs that are open are named. */
const mostNamed = 5;

const examples = `
Examples:
  cyberdeck say last "proceed"
  cyberdeck say a1b2 "leave the tests alone"

To tell a construct something: cyberdeck send. To change the goal: cyberdeck goal edit.
`;
