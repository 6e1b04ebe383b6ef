import type { Command } from "commander";
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
    .argument("<text>", "what to tell it, in quotes", words("the text", '"proceed"'));
  addHomeFlags(command)
    .option("--json", "write what was done as a line of JSON")
    .addHelpText("after", examples)
    .action(async (run: string, text: string) => {
      const flags = { ...command.optsWithGlobals<SayFlags>(), run };
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

const examples = `
Examples:
  cyberdeck say last "proceed"
  cyberdeck say a1b2 "leave the tests alone"

To tell a construct something: cyberdeck send. To change the goal: cyberdeck goal edit.
`;
