import type { Command } from "commander";
import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { flatRun } from "../show/flat-run.ts";
import { runPage } from "../show/run-page.ts";
import type { World } from "../world.ts";

interface ShowFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck show`: everything about one run that fits on a page. */
export function defineShow(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[run]", 'its id, the unique beginning or end of it, or "last"', "last");
  addHomeFlags(command)
    .option("--json", "write the run as one line of JSON")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<ShowFlags>();
      await lookUp(world, flags, async (port, { columns, paint }) => {
        const { view } = await port.send({ type: "run.show", run: await findRun(port, name) });
        return flags.json === true ? jsonLine(flatRun(view)) : runPage(view, columns, paint);
      });
      finish(exitCode.done);
    });
}

const examples = `
Examples:
  cyberdeck show
  cyberdeck show a1b2
  cyberdeck show last --json | jq '.constructs[] | {id, state, cause}'
`;
