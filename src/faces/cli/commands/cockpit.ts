import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { CockpitParts } from "../../cockpit/cockpit.ts";
import { addAgentFlags, deckOptions, type DeckFlags } from "../flags/deck-flags.ts";
import { isScreen, type World } from "../world.ts";

/** `cyberdeck`, `cyberdeck cockpit`: the deck on the whole terminal. */
export function defineCockpit(command: Command, world: World, finish: (code: number) => void): void {
  addAgentFlags(command)
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<DeckFlags & { color: boolean }>();
      const machine = world.terminal;
      if (machine === undefined || world.stdin.isTTY !== true || !isScreen(world, world.stdout))
        throw new Fault("usage", "cockpit.no_terminal", "the cockpit needs a terminal for its input and its output", {
          hint: 'in a script, "cyberdeck run" and "cyberdeck --help" are of use',
        });
      const options = await deckOptions(flags, world, "host");
      const openDeck: CockpitParts["openDeck"] = (how) =>
        world.openDeck({ ...options, mode: how === "there" ? "attach" : "host", offline: how === "offline" });
      const { openCockpit } = await import("../../cockpit/open-cockpit.ts");
      const { home } = options;
      const { color } = flags;
      const isOffline = options.offline;
      finish(await openCockpit({ machine, env: world.env, color, home, isOffline, openDeck }));
    });
}

const examples = `
In it, ? lists all keys, Ctrl+P finds an action by its name, Ctrl+F stops everything, Ctrl+Q leaves; the fleet goes on.

Its settings (theme, keys, mouse, notifications) are yours to write, in cockpit.toml in the home:
  theme = "light"                        dark, light, terminal, mono; NO_COLOR and --no-color win
  mouse = false                          the terminal selects text, as elsewhere
  [keys]
  "construct.kill" = "Ctrl+K"
All of them, and what to do where a terminal has its ways: docs/cockpit.md

Examples:
  cyberdeck                      the cockpit of this folder
  cyberdeck cockpit --offline    with the scripted model: no account, no cost
`;
