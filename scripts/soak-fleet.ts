/**
 * A soak of the fleet with the real agent: goal after goal of ten constructs, of which some, at random, are killed, interrupted,
 * paused or frozen at work. Each outcome must be the one that fits what was done; nothing may be left or grow. Prints a JSON
 * line for each goal and a verdict, and exits with 1 when something was wrong.
 *
 *     node scripts/soak-fleet.ts [--goals 30] [--seed 1] [--pool 3]
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { messageOf } from "../src/base/fault.ts";
import { block, call, say, type Answerer, type Reply } from "../src/offline/reply.ts";
import { isDaemon } from "../src/offline/script.ts";
import { startOfflineApi } from "../src/offline/server.ts";
import { heading } from "../src/protocol/briefing.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import type { Outcome } from "../src/protocol/outcome.ts";
import { of, openTestDeck, type TestDeck } from "../test/kit/deck.ts";
import { remainsOf } from "../test/survivors/remains.ts";
import { growth, measurer, randomFrom, round, type Held } from "./soak/measure.ts";

const { values } = parseArgs({
  options: {
    goals: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    pool: { type: "string", default: "3" },
  },
});
const whole = z.coerce.number().int().min(0);
const random = randomFrom(whole.parse(values.seed));
const measure = measurer();

/** Goals until everything that is loaded once has been loaded. */
const warmUp = 5;
const constructsOfGoal = 10;

/** As different as the work of one goal is, so that no task is taken for the repetition of another. */
const topics = [
  "parser grammar",
  "network retries",
  "login screen",
  "tax tables",
  "image thumbnails",
  "search index",
  "mail templates",
  "backup rotation",
  "map tiles",
  "sound levels",
];

/** What is done to a construct at work. */
type Deed = "nothing" | "kill" | "interrupt" | "pause" | "freeze";

interface Sample extends Held {
  goal: number;
  status: string;
  deeds: Record<string, number>;
  ends: Record<string, number>;
  pool: Record<string, number>;
  seconds: number;
  wrong: string[];
}

process.exitCode = (await soak(whole.parse(values.goals))) ? 0 : 1;

async function soak(goals: number): Promise<boolean> {
  const warnings: string[] = [];
  process.on("warning", (warning) => warnings.push(warning.message));
  // It would keep a thousand requests, which is no growth of the deck's.
  const api = await startOfflineApi({ answer, keep: 20 });
  await using kit = await openTestDeck({
    api,
    settings: { max_spawns: 0, pool: whole.parse(values.pool) },
  });
  const samples: Sample[] = [];
  for (let goal = 1; goal <= goals; goal += 1) {
    const sample = await oneGoal(kit, goal);
    samples.push(sample);
    console.log(JSON.stringify(sample));
  }
  await api.close();
  const [first, last] = [samples[Math.min(warmUp, samples.length) - 1], samples.at(-1)];
  const problems = [
    ...samples.flatMap((sample) => sample.wrong.map((line) => `goal ${sample.goal}: ${line}`)),
    ...(first === undefined || last === undefined ? ["no goal was reached"] : growth(first, last)),
    ...warnings.map((text) => `node warns: ${text}`),
  ];
  console.log(JSON.stringify({ verdict: problems.length === 0 ? "clean" : "wrong", goals, problems }));
  return problems.length === 0;
}

async function oneGoal(kit: TestDeck, goal: number): Promise<Sample> {
  const began = performance.now();
  const { afterSeq } = await kit.startGoal(`Goal ${goal}: have ten constructs at work.`);
  const deeds = new Map<string, Promise<Deed>>();
  const events = await kit.eventsUntil(afterSeq, (event) => {
    if (event.type === "construct.tool_called" && !deeds.has(event.body.construct))
      deeds.set(event.body.construct, doTo(kit, event.body.construct, chosen()));
    return event.type === "run.closed";
  });
  const done = new Map<string, Deed>();
  for (const [construct, deed] of deeds) done.set(construct, await deed);
  return {
    goal,
    status: of(events, "run.closed")[0]?.body.status ?? "none",
    deeds: counted([...done.values()]),
    ends: counted(of(events, "construct.ended").map(({ body }) => `${body.outcome.state}/${body.outcome.cause}`)),
    pool: counted(events.map(({ type }) => type).filter((type) => type.startsWith("pool."))),
    seconds: round((performance.now() - began) / 1000),
    ...measure(),
    wrong: [...wrongIn(events, done, kit.workspace), ...remainsOf(kit.folder).map((line) => `left: ${line}`)],
  };
}

function chosen(): Deed {
  const roll = random();
  if (roll < 0.12) return "kill";
  if (roll < 0.26) return "interrupt";
  if (roll < 0.34) return "pause";
  return roll < 0.42 ? "freeze" : "nothing";
}

/** Does it after a moment of work. What came too late, since the construct had ended, is nothing. */
async function doTo(kit: TestDeck, construct: string, deed: Deed): Promise<Deed> {
  if (deed === "nothing") return deed;
  await new Promise((resolve) => setTimeout(resolve, random() * 400));
  try {
    switch (deed) {
      case "kill":
        await kit.deck.send({ type: "construct.kill", construct });
        break;
      case "interrupt":
        await kit.deck.send({ type: "construct.interrupt", construct, text: instruction(construct) });
        break;
      default:
        await kit.deck.send({ type: "construct.pause", construct, freeze: deed === "freeze" });
        await new Promise((resolve) => setTimeout(resolve, random() * 400));
        await kit.deck.send({ type: "construct.continue", construct });
    }
    return deed;
  } catch (error) {
    if (/not at work|has ended|ending|not running/.test(messageOf(error))) return "nothing";
    throw error;
  }
}

function instruction(construct: string): string {
  return `Instead of that, name yourself the heir of ${construct}.`;
}

/** The daemon spawns ten units; a unit writes a file, leaves a job behind, reads the file, and says that it is done. */
function answer(request: Parameters<Answerer>[0]): Reply {
  if (isDaemon(request)) {
    const goal = /Goal (\d+):/.exec(request.firstUserText)?.[1] ?? "0";
    const tasks = Array.from({ length: constructsOfGoal }, (_, index) => ({
      type: "spawn" as const,
      task: `Work on unit ${goal}-${index}: ${topics[index] ?? ""}.`,
    }));
    if (request.lastUserText.startsWith(heading.goal)) return block({ actions: tasks, status: "waiting" });
    return block({ status: request.lastUserText.includes("Nothing else is in flight") ? "done" : "waiting" });
  }
  const heir = /name yourself the heir of (cx-[0-9a-f]{8})/.exec(request.lastUserText)?.[1];
  if (heir !== undefined) return say(`Heir of ${heir}.`);
  const unit = /unit (\d+-\d+):/.exec(request.firstUserText)?.[1] ?? "none";
  switch (request.messages.filter(({ role }) => role === "assistant").length) {
    case 0:
      return call("Bash", {
        command: `echo "unit ${unit}" > unit-${unit}.txt; nohup sleep 41 >/dev/null 2>&1 & sleep 0.3`,
      });
    case 1:
      return call("Bash", { command: `for i in 1 2 3; do echo $i; sleep 0.1; done` });
    case 2:
      return call("Bash", { command: `cat unit-${unit}.txt` });
    default:
      return say(`Unit ${unit} is done.`);
  }
}

/** What of a goal's record does not fit what was done. */
function wrongIn(events: DeckEvent[], done: ReadonlyMap<string, Deed>, workspace: string): string[] {
  const outcomes = of(events, "construct.ended").map(({ body }) => body.outcome);
  const queued = of(events, "construct.queued").map(({ body }) => body.construct);
  const status = of(events, "run.closed")[0]?.body.status;
  return [
    ...(status === "done" ? [] : [`the run closed as ${status}`]),
    ...of(events, "deck.warned").map(({ body }) => `warned: ${body.message}`),
    ...queued.flatMap((id) => {
      const ends = outcomes.filter((outcome) => outcome.id === id).length;
      return ends === 1 ? [] : [`${id} has ${ends} ends on the record`];
    }),
    ...outcomes.flatMap((outcome) => misfits(outcome, done.get(outcome.id) ?? "nothing", outcomes, workspace)),
  ];
}

function misfits(outcome: Outcome, deed: Deed, all: Outcome[], workspace: string): string[] {
  const say = (problem: string): string[] => [`${outcome.id} (${deed}, ${outcome.state}/${outcome.cause}): ${problem}`];
  if (deed === "kill") return outcome.state === "killed" && outcome.cause === "netrunner" ? [] : say("it was killed");
  if (deed === "interrupt") {
    const heirs = all.filter(({ parent }) => parent === outcome.id);
    if (outcome.state !== "redirected" || outcome.cause !== "inject") return say("it was redirected");
    return heirs.length === 1 ? [] : say(`it has ${heirs.length} heirs`);
  }
  if (outcome.state !== "done") return say("nothing ended it");
  if (outcome.parent !== null)
    return outcome.result === `Heir of ${outcome.parent}.` ? [] : say(`it says: ${outcome.result}`);
  const unit = /unit (\d+-\d+):/.exec(outcome.task)?.[1] ?? "none";
  const path = join(workspace, `unit-${unit}.txt`);
  if (outcome.result !== `Unit ${unit} is done.`) return say(`it says: ${outcome.result}`);
  return existsSync(path) && readFileSync(path, "utf8") === `unit ${unit}\n` ? [] : say(`${path} is not what it wrote`);
}

function counted(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
