// A deck in a process of its own, to be killed: opens it in a folder, starts a goal and prints the run's id.
// Arguments: folder, URL of the model API, goal, "on" for the wall, the size of the warm pool, and "guarded" for a guardian.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { startGuardian } from "../../src/process/guardian.ts";
import { openWritingDeck } from "../../src/host/deck.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";

const [folder = "", url = "", goal = "", wish, pool = "0", guard] = process.argv.slice(2);
// Behind the wall, agents end with their deck; without it they stay, which is what most tests want to see.
const sandbox = wish === "on" ? "on" : "off";
const workspace = join(folder, "workspace");
const agentHome = join(folder, "agent-home");
for (const path of [workspace, agentHome]) mkdirSync(path, { recursive: true });
const executable = await findExecutable({ env: {}, cwd: workspace });
const guardian =
  guard === "guarded" ? startGuardian(join(import.meta.dirname, "../../src/bin/guardian.ts")) : undefined;
const env = offlineEnvironment(process.env, agentHome, url);
const driver = claudeDriver({ executable, env, ...(guardian === undefined ? {} : { guardian }) });
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
const settings = { ...defaultSettings(2), offline: true, max_concurrent: 2, sandbox, pool: Number(pool) } as const;
const opened = await deck.send({ type: "goal.set", goal, settings, command_line: [] });
process.stdout.write(`${opened.run}\n`);
