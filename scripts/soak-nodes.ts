/**
 * A soak of nodes: a real NATS server, a real host and real nodes, each a process of its own, and constructs of a fast scripted agent
 * (or real ones), while nodes, host and server are killed, links are cut and nodes stand still. Each task must have exactly one
 * outcome, each outcome must be told to the daemon exactly once, each effect must be there, no two agents may have been at one unit of
 * work at once, and nothing may be left or grow. Tells on stderr how far it is, prints a table of what came of it, and exits with 1 when
 * something was wrong.
 *
 *     node scripts/soak-nodes.ts [--constructs 1000] [--of 100] [--nodes 3] [--slots 4] [--seed 1] [--minutes 60] [--every 10] [--copies | --real] [--quiet] [--json]
 *
 * --of: constructs a run; --every: seconds between two deeds, on average; --copies: each construct works on a copy of a repository, and what
 * it has made must be in the branch that comes back; --real: the real agent, in one folder; --quiet: no deeds, for
 * comparison; --json: a line for each run and one for all of them, in place of the table.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { pause } from "../src/base/clock.ts";
import { of } from "../test/kit/deck.ts";
import { deedNames, doDeed, isLong, type DeedName } from "../test/nodes/soak/deeds.ts";
import { runGoal } from "../test/nodes/soak/goal.ts";
import { openSoak, type SoakScene } from "../test/nodes/soak/scene.ts";
import { answerUnits, inBranches, inWorkspace, wrongUnits } from "../test/nodes/soak/units.ts";
import { git } from "../test/nodes/workspace/kit/place.ts";
import { remainsOf } from "../test/survivors/remains.ts";
import { randomFrom, round } from "./soak/measure.ts";
import { wronglyTold } from "./soak/told.ts";

const { values } = parseArgs({
  options: {
    constructs: { type: "string", default: "1000" },
    of: { type: "string", default: "100" },
    nodes: { type: "string", default: "3" },
    slots: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "60" },
    every: { type: "string", default: "10" },
    copies: { type: "boolean", default: false },
    real: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
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
if (values.copies && values.real) {
  console.error(
    "--copies is for the scripted agent: the model of --real looks into the workspace itself. Leave one of them out.",
  );
  process.exit(2);
}
const textOf = values.copies ? inBranches : inWorkspace;
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
  once: number;
  deaths: number;
  resumes: number;
  deeds: Record<string, number>;
  seconds: number;
  host: { handles: number; rss_mb: number };
  outbox_kb: number[];
  wrong: string[];
}

const began = performance.now();
const tell = (line: string): void =>
  void process.stderr.write(`${Math.round((performance.now() - began) / 1000)} s: ${line}\n`);
const samples: Sample[] = [];
const late: string[] = [];
let left: string[];
{
  let place = "";
  await using scene = await openSoak({
    nodes,
    slots,
    isReal: values.real,
    isCopied: values.copies,
    answer: answerUnits(() => place),
  });
  place = scene.workspace;
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => {
      tell("interrupted: what was started is ended");
      void scene[Symbol.asyncDispose]().then(() => process.exit(130));
    });
  await scene.startHost();
  await Promise.all(scene.nodes.map((node) => node.start()));
  for (let goal = 1, asked = 0; asked < constructs && performance.now() - began < minutes * 60_000; goal += 1) {
    const units = Math.min(most, constructs - asked);
    asked += units;
    const sample = await oneGoal(scene, goal, units);
    samples.push(sample);
    if (values.json) console.log(JSON.stringify(sample));
    tell(
      `goal ${goal} is ${sample.status}: ${sample.constructs} constructs in ${sample.seconds} s; ${sample.wrong.join("; ") || "nothing wrong"}`,
    );
    if (sample.status === "open") break;
  }
  for (const node of scene.nodes) {
    node.signal("SIGTERM");
    tell(`${node.name}: its lease was over ${node.told("lease.over")} times; ${node.errors().slice(-500)}`);
  }
  await scene.startHost();
  const stopped = await scene.cyberdeck("host", "stop", "--json");
  tell(`the host is stopped: ${stopped.output.trim()}`);
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
const sum = (count: (sample: Sample) => number): number => samples.reduce((all, sample) => all + count(sample), 0);
const figures = {
  seed,
  constructs: done,
  "outcomes told exactly once": sum(({ once }) => once),
  lost: constructs - done,
  "runs that were resumed": sum(({ resumes }) => resumes),
  "agents that were lost": sum(({ deaths }) => deaths),
  ...Object.fromEntries(deedNames.map((deed) => [`deeds: ${deed}`, deeds[deed] ?? 0])),
  "processes left": left.length,
  seconds,
};
if (values.json) console.log(JSON.stringify({ verdict, ...figures, deeds, problems }));
else {
  for (const [what, figure] of Object.entries(figures)) console.log(`${what.padEnd(30)} ${String(figure).padStart(7)}`);
  for (const problem of problems) console.log(`wrong: ${problem}`);
  console.log(verdict);
}
process.exitCode = verdict === "clean" ? 0 : 1;

async function oneGoal(scene: SoakScene, goal: number, units: number): Promise<Sample> {
  const start = performance.now();
  const deeds: Record<string, number> = {};
  const did = (deed: string): void => {
    deeds[deed] = (deeds[deed] ?? 0) + 1;
  };
  let next = performance.now() + 2 * random() * everyMs;
  let toldAt = performance.now();
  let long: Promise<void> | undefined;
  const { run, events } = await runGoal(
    scene,
    { goal, units, concurrent: nodes * slots },
    {
      did,
      mostMs: 900_000,
      async meanwhile(events) {
        if (performance.now() - toldAt > 10_000) {
          toldAt = performance.now();
          tell(
            `goal ${goal}: ${of(events, "construct.ended").length} of ${units} have ended; ${JSON.stringify(deeds)}`,
          );
        }
        if (values.quiet || performance.now() < next) return;
        const deed = deck[Math.floor(random() * deck.length)];
        if (deed === undefined || (isLong(deed) && long !== undefined)) return;
        const doing = doDeed(deed, scene, random).then((isDone) => (isDone ? did(deed) : undefined));
        if (isLong(deed)) long = doing.then(() => (long = undefined));
        else await doing;
        next = performance.now() + 2 * random() * everyMs;
      },
    },
  );
  await long;
  await scene.startHost();
  const status = await scene.hostStatus();
  return {
    goal,
    run,
    status: of(events, "run.closed")[0]?.body.status ?? "open",
    constructs: of(events, "construct.ended").length,
    once: of(events, "construct.ended").length - wronglyTold(events).length,
    deaths: of(events, "construct.agent_died").length,
    resumes: of(events, "run.resumed").length,
    deeds,
    seconds: round((performance.now() - start) / 1000),
    host: heldBy(status?.pid ?? 0),
    outbox_kb: scene.nodes.map((node) => round(node.outboxBytes() / 1024)),
    wrong: [
      ...wrongUnits(events, goal, units, textOf(scene.workspace)),
      ...(values.copies ? changesIn(scene.workspace) : []),
    ],
  };
}

/** What has changed in the netrunner's own work: nothing should. */
function changesIn(repository: string): string[] {
  const shown = git(repository, "status", "--short", "--branch").split("\n");
  return shown.filter((line) => line !== "## main").map((line) => `the netrunner's own work has changed: ${line}`);
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
