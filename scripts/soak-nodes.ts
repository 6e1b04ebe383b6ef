/**
 * A soak of nodes: a real NATS server, a real host and real nodes, each a process of its own, and constructs of a fast scripted agent
 * (or real ones), while nodes, host and server are killed, links are cut and nodes stand still. Each task must have exactly one
 * outcome, each outcome must be told to the daemon exactly once, each effect must be there, no two agents may have been at one unit of
 * work at once, and nothing may be left or grow. Prints a JSON line for each goal and a verdict, and exits with 1 when something was wrong.
 *
 *     node scripts/soak-nodes.ts [--constructs 1000] [--of 100] [--nodes 3] [--slots 4] [--seed 1] [--minutes 60] [--every 10] [--real] [--quiet]
 *
 * --of: constructs a run; --every: seconds between two deeds, on average; --real: the real agent; --quiet: no deeds, for comparison.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { pause } from "../src/base/clock.ts";
import { of } from "../test/kit/deck.ts";
import { doDeed, type DeedName } from "../test/nodes/soak/deeds.ts";
import { runGoal } from "../test/nodes/soak/goal.ts";
import { openSoak, type SoakScene } from "../test/nodes/soak/scene.ts";
import { answerUnits, wrongUnits } from "../test/nodes/soak/units.ts";
import { remainsOf } from "../test/survivors/remains.ts";
import { randomFrom, round } from "./soak/measure.ts";

const { values } = parseArgs({
  options: {
    constructs: { type: "string", default: "1000" },
    of: { type: "string", default: "100" },
    nodes: { type: "string", default: "3" },
    slots: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "60" },
    every: { type: "string", default: "10" },
    real: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  },
});
const whole = z.coerce.number().int().min(1);
const [constructs, most, nodes, slots, seed] = [
  values.constructs,
  values.of,
  values.nodes,
  values.slots,
  values.seed,
].map((value) => whole.parse(value)) as [number, number, number, number, number];
const minutes = z.coerce.number().positive().parse(values.minutes);
const everyMs = z.coerce.number().positive().parse(values.every) * 1000;
const random = randomFrom(seed);

/** Of 20 deeds. What outlasts a lease is rare: the fleet stands still for it in part. */
const deck: DeedName[] = [
  ...Array.from({ length: 7 }, () => "node" as const),
  ...Array.from({ length: 4 }, () => "host" as const),
  ...Array.from({ length: 4 }, () => "server" as const),
  ...Array.from({ length: 2 }, () => "cut" as const),
  "server lost",
  "long cut",
  "zombie",
];

interface Sample {
  goal: number;
  run: string;
  status: string;
  constructs: number;
  deaths: number;
  deeds: Record<string, number>;
  seconds: number;
  host: { handles: number; rss_mb: number };
  outbox_kb: number[];
  wrong: string[];
}

const began = performance.now();
const samples: Sample[] = [];
const late: string[] = [];
let left: string[];
{
  let place = "";
  await using scene = await openSoak({ nodes, slots, isReal: values.real, answer: answerUnits(() => place) });
  place = scene.workspace;
  await scene.startHost();
  await Promise.all(scene.nodes.map((node) => node.start()));
  for (let goal = 1, asked = 0; asked < constructs && performance.now() - began < minutes * 60_000; goal += 1) {
    const units = Math.min(most, constructs - asked);
    asked += units;
    const sample = await oneGoal(scene, goal, units);
    samples.push(sample);
    console.log(JSON.stringify(sample));
    if (sample.status === "open") break;
  }
  for (const node of scene.nodes) {
    node.signal("SIGTERM");
    console.log(
      JSON.stringify({ node: node.name, fenced: node.told("lease.over"), errors: node.errors().slice(-500) }),
    );
  }
  await scene.startHost();
  const stopped = await scene.cyberdeck("host", "stop", "--json");
  console.log(JSON.stringify({ stopped: stopped.output.trim() }));
  for (let look = 0; look < 60 && remainsOf(scene.folder).length > 0; look += 1) await pause(250);
  left = remainsOf(scene.folder);
}
const first = samples[0];
const last = samples.at(-1);
if (first !== undefined && last !== undefined) {
  if (last.host.handles > first.host.handles + 20) late.push(`handles: ${first.host.handles} to ${last.host.handles}`);
  if (last.host.rss_mb > first.host.rss_mb + 150) late.push(`memory: ${first.host.rss_mb} to ${last.host.rss_mb} MB`);
}
const problems = [
  ...samples.flatMap((sample) => sample.wrong.map((line) => `goal ${sample.goal} (${sample.run}): ${line}`)),
  ...left.map((line) => `left at the end: ${line}`),
  ...late,
];
const done = samples.reduce((sum, sample) => sum + sample.constructs, 0);
const seconds = round((performance.now() - began) / 1000);
const deeds: Record<string, number> = {};
for (const sample of samples)
  for (const [deed, times] of Object.entries(sample.deeds)) deeds[deed] = (deeds[deed] ?? 0) + times;
const verdict = problems.length === 0 ? "clean" : "wrong";
console.log(
  JSON.stringify({ verdict, seed, constructs: done, seconds, a_second: round(done / seconds), deeds, problems }),
);
process.exitCode = verdict === "clean" ? 0 : 1;

async function oneGoal(scene: SoakScene, goal: number, units: number): Promise<Sample> {
  const start = performance.now();
  const deeds: Record<string, number> = {};
  const did = (deed: string): void => {
    deeds[deed] = (deeds[deed] ?? 0) + 1;
  };
  let next = performance.now() + 2 * random() * everyMs;
  const { run, events } = await runGoal(
    scene,
    { goal, units, concurrent: nodes * slots },
    {
      did,
      mostMs: 900_000,
      async meanwhile() {
        if (values.quiet || performance.now() < next) return;
        const deed = deck[Math.floor(random() * deck.length)];
        if (deed === undefined || !(await doDeed(deed, scene, random))) return;
        did(deed);
        next = performance.now() + 2 * random() * everyMs;
      },
    },
  );
  await scene.startHost();
  const status = await scene.hostStatus();
  return {
    goal,
    run,
    status: of(events, "run.closed")[0]?.body.status ?? "open",
    constructs: of(events, "construct.ended").length,
    deaths: of(events, "construct.agent_died").length,
    deeds,
    seconds: round((performance.now() - start) / 1000),
    host: heldBy(status?.pid ?? 0),
    outbox_kb: scene.nodes.map((node) => round(node.outboxBytes() / 1024)),
    wrong: wrongUnits(events, goal, units, scene.workspace),
  };
}

/** What a process holds, as the system tells. */
function heldBy(pid: number): { handles: number; rss_mb: number } {
  try {
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { handles: readdirSync(`/proc/${pid}/fd`).length, rss_mb: round(Number(rss) / 1024) };
  } catch {
    // It has just died.
    return { handles: 0, rss_mb: 0 };
  }
}
