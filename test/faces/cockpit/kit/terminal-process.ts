// The real cockpit in a process of its own, over a scripted deck: a program for pseudo terminals. Argument: the home.
import { terminalMachine } from "../../../../src/bin/terminal-machine.ts";
import { openCockpit } from "../../../../src/faces/cockpit/open-cockpit.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";
import { busyFleet } from "./scenes.ts";

const deck = scriptedDeck();
await busyFleet(deck);
const code = await openCockpit({
  machine: terminalMachine({ env: process.env, homeDir: process.argv[2] ?? "" }),
  env: process.env,
  color: true,
  home: process.argv[2] ?? "",
  isOffline: false,
  openDeck: () => Promise.resolve(deck),
});
process.stdout.write(`left with ${code}\n`);
process.exit(code);
