import { Argument, type Command } from "commander";
import { tiers } from "../../../../protocol/verdict.ts";
import { exitCode } from "../../exit.ts";
import { addHomeFlags, addRunFlag, type DeckFlags } from "../../flags/deck-flags.ts";
import { tierOf } from "../../flags/values.ts";
import { jsonLine } from "../../json-lines.ts";
import { lookUp } from "../../look-up.ts";
import type { World } from "../../world.ts";

interface SetFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck brake set`: another tier for the run that is open. */
export function defineSet(command: Command, world: World, finish: (code: number) => void): void {
  command
    .description("change the tier of the run that is open; it holds from each construct's next call")
    .addArgument(new Argument("<tier>", tiers.join(", ")).argParser(tierOf("the tier")));
  addRunFlag(addHomeFlags(command))
    .option("--json", "write the change as one line of JSON")
    .addHelpText("after", examples)
    .action(async (tier: (typeof tiers)[number]) => {
      const flags = command.optsWithGlobals<SetFlags>();
      await lookUp(
        world,
        flags,
        async (port) => {
          const view = await port.snapshot();
          await port.send({ type: "settings.change", settings: { brake: tier } });
          const [run, was] = [view?.run ?? "", view?.settings.brake ?? tier];
          const text = `The brake of ${run} is ${tier} now (it was ${was}). It holds from each construct's next call.\n`;
          return flags.json === true ? jsonLine({ run, tier, was }) : text;
        },
        "deck",
      );
      finish(exitCode.done);
    });
}

const examples = `
Examples:
  cyberdeck brake set paranoid
  cyberdeck brake set default --workspace ~/project

With yolo constructs may do everything that your user may; use it in a container.
`;
