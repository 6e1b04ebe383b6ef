// A deck in a process of its own, to be killed while its construct's call is held, or while the construct is frozen. Prints the
// construct's id when it is so far. Arguments: folder, URL of the model API, `held` or `frozen`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../../src/base/clock.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { mortalDeck } from "./mortal-deck.ts";

const [folder = "", url = "", how = ""] = process.argv.slice(2);
const decision = how === "held" ? "hold" : "allow";
const { deck, workspace } = await mortalDeck(folder, url, { decision, isGuarded: true });
const settings = { ...defaultSettings(2), offline: true, hold_window_ms: null };
const opened = await deck.send({ type: "spawn", tasks: ["Work."], settings, command_line: [] });
for await (const event of deck.follow(opened.afterSeq)) {
  if (event.type === "hold.opened" || event.type === "construct.paused") {
    process.stdout.write(`${event.body.construct}\n`);
  } else if (event.type === "gate.judged") {
    while (!existsSync(join(workspace, "started"))) await pause(10);
    await deck.send({ type: "construct.pause", construct: event.body.construct, freeze: true });
  }
}
