// One life of a deck with the real agent. Arguments: folder, seed, when to die as JSON or nothing, URL of the model API, and what
// becomes of the agents at its death: `both` are killed, or they are `stopped` as in the middle of being ended.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { homeMarkerName, type AgentDriver } from "../../src/drivers/agent.ts";
import { ensureHome, homeMark } from "../../src/store/home.ts";
import { deathSchema, dieAtOnce } from "./death.ts";
import { live } from "./life.ts";
import { scenarioOf } from "./scenario.ts";

const [folder = "", seed = "1", death = "", url = "", fate = ""] = process.argv.slice(2);
const agentHome = join(folder, "agent-home");
mkdirSync(agentHome, { recursive: true });
const executable = await findExecutable({ env: {}, cwd: folder });
const home = join(folder, "workspace", ".cyberdeck");
ensureHome(home);
const env = { ...offlineEnvironment(process.env, agentHome, url), [homeMarkerName]: homeMark(home) ?? "" };
const usual = claudeDriver({ executable, env });
const agents = new Set<number>();
const driver: AgentDriver = {
  ...usual,
  async open(spec) {
    const session = await usual.open(spec);
    agents.add(session.pid);
    void session.closed.then(() => agents.delete(session.pid));
    return session;
  },
};
await live({
  folder,
  scenario: scenarioOf(Number(seed)),
  death: death === "" ? undefined : deathSchema.parse(JSON.parse(death)),
  driver,
  die() {
    const signal = fate === "both" ? "SIGKILL" : fate === "stopped" ? "SIGSTOP" : 0;
    for (const pid of agents) process.kill(pid, signal);
    dieAtOnce();
  },
});
process.exit(0);
