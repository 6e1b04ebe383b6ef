// A deck in a process of its own, to be killed while its construct's call is held, or while the construct is frozen. Prints the
// construct's id when it is so far. Arguments: folder, URL of the model API, `held` or `frozen`.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../../src/base/clock.ts";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { openWritingDeck } from "../../src/host/deck.ts";
import { startGuardian } from "../../src/process/guardian.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";

const [folder = "", url = "", how = ""] = process.argv.slice(2);
const workspace = join(folder, "workspace");
const agentHome = join(folder, "agent-home");
for (const path of [workspace, agentHome]) mkdirSync(path, { recursive: true });
const executable = await findExecutable({ env: {}, cwd: workspace });
const guardian = startGuardian(join(import.meta.dirname, "../../src/bin/guardian.ts"));
const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, agentHome, url), guardian });
const options = { workspace, home: join(workspace, ".cyberdeck"), mode: "write", offline: true } as const;
const decision = how === "held" ? "hold" : "allow";
const deck = await openWritingDeck(options, () =>
  Promise.resolve({
    driver,
    agentHome,
    judgeFor: () => () => ({ decision, rule: "test.all", reason: "a test", effects: [] }),
    version: "0.0.0-test",
    release: () => Promise.resolve(),
  }),
);
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
