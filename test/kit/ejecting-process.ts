// A deck in a process of its own that kills itself in the middle of an eject. It has two constructs at work and one in the queue then.
// Arguments: folder, URL of the model API, and the type of the event at which it dies.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../../src/base/clock.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { mortalDeck } from "./mortal-deck.ts";

const [folder = "", url = "", last = ""] = process.argv.slice(2);
const { deck, workspace } = await mortalDeck(folder, url);
const settings = { ...defaultSettings(2), offline: true, max_concurrent: 2, sandbox: "off", pool: 0 } as const;
const tasks = ["One.", "Two.", "Three."];
const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
let calls = 0;
for await (const event of deck.follow(opened.afterSeq)) {
  if (event.type === last) process.kill(process.pid, "SIGKILL");
  if (event.type !== "gate.judged") continue;
  calls += 1;
  if (calls < 2) continue;
  while (!["One", "Two"].every((name) => existsSync(join(workspace, `started-${name}`)))) await pause(10);
  deck.send({ type: "eject", reason: "enough" }).catch(() => "it dies over it");
}
