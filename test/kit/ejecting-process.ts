// A deck in a process of its own that kills itself in the middle of an eject. It has two constructs at work and one in the queue then.
// Arguments: folder, URL of the model API, and the type of the event at which it dies.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../../src/base/clock.ts";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { openWritingDeck } from "../../src/host/deck.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";

const [folder = "", url = "", last = ""] = process.argv.slice(2);
const workspace = join(folder, "workspace");
const agentHome = join(folder, "agent-home");
for (const path of [workspace, agentHome]) mkdirSync(path, { recursive: true });
const executable = await findExecutable({ env: {}, cwd: workspace });
const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, agentHome, url) });
const options = { workspace, home: join(workspace, ".cyberdeck"), mode: "write", offline: true } as const;
const deck = await openWritingDeck(options, () =>
  Promise.resolve({
    driver,
    judgeFor: () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }),
    agentHome,
    version: "0.0.0-test",
    release: () => Promise.resolve(),
  }),
);
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
