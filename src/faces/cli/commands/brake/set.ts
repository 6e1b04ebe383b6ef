import { Argument, type Command } from "commander";
import { tiers } from "../../../../protocol/verdict.ts";
import { closeDeck } from "../../close-deck.ts";
import { exitCode } from "../../exit.ts";
import { addHomeFlags, deckOptions, type DeckFlags } from "../../flags/deck-flags.ts";
import { tierOf } from "../../flags/values.ts";
import { jsonLine } from "../../json-lines.ts";
import { sink } from "../../sink.ts";
import { usualPatience } from "../../stopping.ts";
import type { World } from "../../world.ts";

interface SetFlags extends DeckFlags {
  json?: boolean;
}

/** `cyberdeck brake set`: another tier for the run that is open. */
export function defineSet(command: Command, world: World, finish: (code: number) => void): void {
  command
    .description("change the tier of the run that is open; it holds from each construct's next call")
    .addArgument(new Argument("<tier>", tiers.join(", ")).argParser(tierOf("the tier")));
  addHomeFlags(command)
    .option("--json", "write the change as one line of JSON")
    .addHelpText("after", examples)
    .action(async (tier: (typeof tiers)[number]) => {
      const flags = command.optsWithGlobals<SetFlags>();
      const deck = await world.openDeck(await deckOptions(flags, world, "attach"));
      const out = sink(world.stdout);
      try {
        const view = await deck.port.snapshot();
        await deck.port.send({ type: "settings.change", settings: { brake: tier } });
        const [run, was] = [view?.run ?? "", view?.settings.brake ?? tier];
        const text = `The brake of ${run} is ${tier} now (it was ${was}). It holds from each construct's next call.\n`;
        await out.write(flags.json === true ? jsonLine({ run, tier, was }) : text);
        await out.flush();
      } finally {
        await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
      }
      finish(exitCode.done);
    });
}

const examples = `
Examples:
  cyberdeck brake set paranoid
  cyberdeck brake set default --workspace ~/project

With yolo constructs may do everything that your user may; use it in a container.
`;
