/**
 * A long soak: one deck, goal after goal of ten constructs from the cabinet, with agents that are killed at random and runs
 * that are stopped at random. Prints a JSON line for each goal and a verdict, and exits with 1 on a leak.
 *
 *     node scripts/soak.ts --minutes 30 [--seed 7]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { claudeDriver } from "../src/drivers/claude/driver.ts";
import type { AgentDriver } from "../src/drivers/agent.ts";
import { block, type Answerer } from "../src/offline/reply.ts";
import { heading } from "../src/protocol/briefing.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import { cabinet, type CabinetName } from "../test/cabinet/cabinet.ts";
import { bearersOf, of, openTestDeck, type TestDeck } from "../test/kit/deck.ts";
import { remainsOf } from "../test/survivors/remains.ts";
import { growth, measurer, randomFrom, round, type Held } from "./soak/measure.ts";

/** Mostly good ones, and each kind of bad one that is cheap to run. */
const guests: CabinetName[] = [
  ...Array.from({ length: 12 }, () => "polite" as const),
  "megabyte-line",
  "result-without-eof",
  "eof-without-result",
  "liar",
  "stubborn",
  "escapee",
  "escapee-bare",
  "dies-at-once",
  "mute",
  "immovable",
  "half-line",
];

/** Goals until everything that is loaded once has been loaded. */
const warmUp = 5;

interface Sample extends Held {
  goal: number;
  status: string;
  ends: Record<string, number>;
  killed: number;
  seconds: number;
  left: string[];
}

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } });
const minutes = z.coerce
  .number()
  .positive()
  .parse(values.minutes ?? "3");
const random = randomFrom(
  z.coerce
    .number()
    .int()
    .parse(values.seed ?? "1"),
);
const measure = measurer();
process.exitCode = (await soak(minutes)) ? 0 : 1;

async function soak(forMinutes: number): Promise<boolean> {
  const samples: Sample[] = [];
  const warnings: string[] = [];
  process.on("warning", (warning) => warnings.push(warning.message));
  await using kit = await openTestDeck({
    answer,
    settings: { idle_limit_ms: 3000, max_spawns: 0 },
    driver: withGuests,
  });
  const end = performance.now() + forMinutes * 60_000;
  while (performance.now() < end) {
    const sample = await oneGoal(kit, samples.length + 1);
    samples.push(sample);
    console.log(JSON.stringify(sample));
  }
  const problems = [...judged(samples), ...warnings.map((text) => `node warns: ${text}`)];
  const ends = samples.flatMap((sample) => Object.values(sample.ends));
  const constructs = ends.reduce((sum, count) => sum + count, 0);
  console.log(
    JSON.stringify({ verdict: problems.length === 0 ? "clean" : "leak", goals: samples.length, constructs, problems }),
  );
  return problems.length === 0;
}

async function oneGoal(kit: TestDeck, goal: number): Promise<Sample> {
  const began = performance.now();
  const { afterSeq } = await kit.startGoal(`Goal ${goal}: have ten constructs at work.`);
  const stopAt = random() < 0.25 ? Math.ceil(random() * 10) : 0;
  const isForced = random() < 0.5;
  let started = 0;
  let killed = 0;
  const events = await kit.eventsUntil(afterSeq, (event) => {
    if (event.type === "construct.started") {
      started += 1;
      if (random() < 0.15 && kill(event.body.construct, event.body.pid)) killed += 1;
      if (started === stopAt) void stop(kit, isForced);
    }
    return event.type === "run.closed";
  });
  return {
    goal,
    status: of(events, "run.closed")[0]?.body.status ?? "none",
    ends: countEnds(events),
    killed,
    seconds: round((performance.now() - began) / 1000),
    ...measure(),
    left: [...remainsOf(kit.folder), ...unaccounted(events)],
  };
}

/** Ten tasks for a goal; done when nothing is in flight. It has no state, so it can serve for days. */
function answer(request: Parameters<Answerer>[0]): ReturnType<Answerer> {
  const tasks = Array.from({ length: 10 }, (_, index) => ({ type: "spawn" as const, task: `task ${index}` }));
  if (request.lastUserText.startsWith(heading.goal)) return block({ actions: tasks, status: "waiting" });
  return block({ status: request.lastUserText.includes("Nothing else is in flight") ? "done" : "waiting" });
}

function withGuests(usual: AgentDriver): AgentDriver {
  return {
    ...usual,
    open(spec) {
      if (spec.role.kind === "coordinator") return usual.open(spec);
      const name = guests[Math.floor(random() * guests.length)] ?? "polite";
      const env = { PATH: process.env["PATH"] ?? "", HOME: join(spec.cwd, "home") };
      return claudeDriver({ executable: cabinet(name), env }).open(spec);
    },
  };
}

/** Kills an agent if it is still there: its number alone could be another's by now. */
function kill(construct: string, pid: number): boolean {
  if (!bearersOf(construct).some((line) => line.startsWith(`${pid} `))) return false;
  process.kill(pid, "SIGKILL");
  return true;
}

async function stop(kit: TestDeck, force: boolean): Promise<void> {
  try {
    await kit.deck.send({ type: "stop", status: "stopped", reason: "the soak wants it", force });
  } catch {
    // The run has closed meanwhile, which is as good.
  }
}

/** Constructs that were queued and have not ended, and warnings of the deck. */
function unaccounted(events: DeckEvent[]): string[] {
  const ended = new Set(of(events, "construct.ended").map((event) => event.body.construct));
  const lost = of(events, "construct.queued").filter((event) => !ended.has(event.body.construct));
  return [
    ...lost.map((event) => `${event.body.construct} has no end on the record`),
    ...of(events, "deck.warned").map((event) => event.body.message),
  ];
}

function countEnds(events: DeckEvent[]): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { body } of of(events, "construct.ended")) {
    const key = `${body.outcome.state}/${body.outcome.cause}`;
    ends[key] = (ends[key] ?? 0) + 1;
  }
  return ends;
}

function judged(samples: Sample[]): string[] {
  const problems = samples.flatMap((sample) => sample.left.map((line) => `goal ${sample.goal} left: ${line}`));
  const [first, last] = [samples[Math.min(warmUp, samples.length) - 1], samples.at(-1)];
  if (first === undefined || last === undefined) return [...problems, "no goal was reached"];
  return [...problems, ...growth(first, last)];
}
