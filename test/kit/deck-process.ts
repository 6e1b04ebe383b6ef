// A deck in a process of its own, to be killed: opens it in a folder, starts a goal and prints the run's id.
// Arguments: folder, URL of the model API, goal, "on" for the wall, the size of the warm pool, and "guarded" for a guardian.
import { defaultSettings } from "../../src/protocol/settings.ts";
import { mortalDeck } from "./mortal-deck.ts";

const [folder = "", url = "", goal = "", wish, pool = "0", guard] = process.argv.slice(2);
// Behind the wall, agents end with their deck; without it they stay, which is what most tests want to see.
const sandbox = wish === "on" ? "on" : "off";
const { deck } = await mortalDeck(folder, url, { isGuarded: guard === "guarded" });
const settings = { ...defaultSettings(2), offline: true, max_concurrent: 2, sandbox, pool: Number(pool) } as const;
const opened = await deck.send({ type: "goal.set", goal, settings, command_line: [] });
process.stdout.write(`${opened.run}\n`);
