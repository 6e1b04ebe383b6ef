// One life of a deck with the real agent. Arguments: folder, seed, when to die as JSON or nothing, URL of the model API, and `both`
// where the agents are to be killed with it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { deathSchema, dieAtOnce } from "./death.ts";
import { live } from "./life.ts";
import { scenarioOf } from "./scenario.ts";

const [folder = "", seed = "1", death = "", url = "", both = ""] = process.argv.slice(2);
const agentHome = join(folder, "agent-home");
mkdirSync(agentHome, { recursive: true });
const executable = await findExecutable({ env: {}, cwd: folder });
const usual = claudeDriver({ executable, env: offlineEnvironment(process.env, agentHome, url) });
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
    if (both === "both") for (const pid of agents) process.kill(pid, "SIGKILL");
    dieAtOnce();
  },
});
process.exit(0);
