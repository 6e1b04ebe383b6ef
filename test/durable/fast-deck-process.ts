// One life of a deck with the fast agent. Arguments: folder, seed, and when to die as JSON, or nothing.
import { deathSchema, dieAtOnce } from "./death.ts";
import { fastAgent } from "./fast-agent.ts";
import { live } from "./life.ts";
import { scenarioOf } from "./scenario.ts";

const [folder = "", seed = "1", death = ""] = process.argv.slice(2);
const scenario = scenarioOf(Number(seed));
await live({
  folder,
  scenario,
  death: death === "" ? undefined : deathSchema.parse(JSON.parse(death)),
  driver: fastAgent(folder, scenario),
  die: dieAtOnce,
});
process.exit(0);
