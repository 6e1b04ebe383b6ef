import { resolve } from "node:path";
import type { Command } from "commander";
import { exitCode } from "../exit.ts";
import { addAgentFlags, deckOptions, type DeckFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { sink } from "../sink.ts";
import { isScreen, type World } from "../world.ts";

interface TriageFlags extends DeckFlags {
  json?: boolean;
  model: boolean;
}

/** `cyberdeck triage`: what a crash of the deck was about. */
export function defineTriage(command: Command, world: World, finish: (code: number) => void): void {
  addAgentFlags(command)
    .argument("[bundle]", "the folder that a crash has left (default: the latest of this home)")
    .option("--no-model", "by rules alone: no model reads it")
    .option("--json", "write the report as a line of JSON")
    .addHelpText("after", examples)
    .action(async (bundle: string | undefined) => {
      const flags = command.optsWithGlobals<TriageFlags>();
      const { workspace, home, offline, claudeBin } = await deckOptions(flags, world, "read");
      // A construct asks no model in the netrunner's name, and the scripted one cannot read.
      const withModel = flags.model && !offline && world.env["CYBERDECK_CONSTRUCT"] === undefined;
      if (withModel && isScreen(world, world.stderr)) world.stderr.write("A model reads it too…\n");
      const { report, text } = await world.triage({
        workspace,
        home,
        bundle: bundle === undefined ? undefined : resolve(world.cwd, bundle),
        ...(claudeBin === undefined ? {} : { claudeBin }),
        withModel,
      });
      const out = sink(world.stdout);
      await out.write(flags.json === true ? jsonLine(report) : text);
      await out.flush();
      finish(exitCode.done);
    });
}

const examples = `
Examples:
  cyberdeck triage
  cyberdeck triage --no-model
  cyberdeck triage .cyberdeck/crashes/crash-20260102-030405-a1b2 --json | jq .causes

Where the process of a deck dies of a defect, it ends its agents and leaves what it knows in crashes/ of its home: the last events, the
stack, versions, settings; secrets are taken out. The report says where it died, what is known of that, and what to do; it is kept
beside the rest. Its text is by rules; without --no-model or --offline, a cheap model without tools adds what it reads there.
`;
