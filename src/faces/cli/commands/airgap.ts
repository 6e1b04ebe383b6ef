import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { Port } from "../../../host/port.ts";
import type { RunView } from "../../../protocol/view.ts";
import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags, addRunFlag } from "../flags/deck-flags.ts";
import { choiceOf } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface AirgapFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

const wishes = ["on", "off", "status"] as const;
type Wish = (typeof wishes)[number];

/** `cyberdeck airgap`: the network of all constructs of the open run, at once. */
export function defineAirgap(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[on|off|status]", "what to do", choiceOf("airgap", wishes), "status");
  addRunFlag(addHomeFlags(command))
    .option("--json", "write the state as a line of JSON")
    .addHelpText("after", examples)
    .action(async (wish: Wish) => {
      const flags = command.optsWithGlobals<AirgapFlags>();
      await lookUp(
        world,
        flags,
        async (port) => {
          if (wish !== "status") await port.send({ type: "settings.change", settings: { airgap: wish === "on" } });
          const { run, settings } = await openRun(port);
          if (flags.json === true) return jsonLine({ run, airgap: settings.airgap });
          return `${run}: ${settings.airgap ? closed : open}\n`;
        },
        "deck",
      );
      finish(exitCode.done);
    });
}

async function openRun(port: Port): Promise<RunView> {
  const view = await port.snapshot();
  if (view !== undefined) return view;
  throw new Fault("refused", "run.none", "no run is open in this deck", { hint: 'start one: cyberdeck run "GOAL"' });
}

const closed = "airgap on, no network for any construct";
const open = "airgap off, the brake alone decides about the network";

const examples = `
Examples:
  cyberdeck airgap on
  cyberdeck airgap status --json | jq .airgap

It holds for every construct of the open run, from its next call on. What is under way is not cut.
`;
