/**
 * A soak of the host with the real agent behind the real command line: goal after goal, in which the host, agents and faces are
 * killed at random moments. After each death the next host goes on by itself. Each task must have exactly one outcome, each
 * outcome must be told to the daemon exactly once, the files must be there, and nothing may be left or grow. Prints a JSON line
 * for each goal and a verdict, and exits with 1 when something was wrong.
 *
 *     node scripts/soak-host.ts [--minutes 60] [--seed 1]
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { isAuthor, propose } from "../src/offline/author.ts";
import { block, call, say, type Answerer, type Reply } from "../src/offline/reply.ts";
import { isDaemon } from "../src/offline/script.ts";
import { startOfflineApi } from "../src/offline/server.ts";
import { heading } from "../src/protocol/briefing.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import { hostStatusSchema } from "../src/protocol/host.ts";
import { openStoreToRead } from "../src/store/event-log.ts";
import { of } from "../test/kit/deck.ts";
import { remainsOf } from "../test/survivors/remains.ts";
import { randomFrom, round } from "./soak/measure.ts";
import { isHeldUp, isLeft, wrongEnds } from "./soak/run-record.ts";
import { wronglyTold } from "./soak/told.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
});
const seed = z.coerce.number().int().min(0).parse(values.seed);
const minutes = z.coerce.number().positive().parse(values.minutes);
const random = randomFrom(seed);

const entry = join(import.meta.dirname, "../src/bin/cyberdeck.ts");
const tasksOfGoal = 5;
const stepsOfTask = 4;
/** A goal that takes longer is stuck, milliseconds. */
const mostGoalMs = 600_000;
const topics = ["parser grammar", "network retries", "login screen", "tax tables", "image thumbnails"];

const folder = mkdtempSync(join(tmpdir(), "deck-soak-"));
const workspace = join(folder, "workspace");
const home = join(workspace, ".cyberdeck");
for (const path of [workspace, join(folder, "home")]) mkdirSync(path);
const api = await startOfflineApi({ answer, keep: 20 });
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: join(folder, "home"),
  LANG: "C.UTF-8",
  ANTHROPIC_BASE_URL: api.url,
  ANTHROPIC_API_KEY: "none",
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1",
};

interface Command {
  child: ChildProcess;
  ended: Promise<{ code: number | null; output: string }>;
}

/** Starts the command line. */
function cyberdeck(...args: string[]): Command {
  const child = spawn(process.execPath, [entry, ...args], { cwd: workspace, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => {
      output = `${output}${data.toString()}`.slice(-20_000);
    });
  return { child, ended: once(child, "exit").then(([code]) => ({ code: z.number().nullable().parse(code), output })) };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function status(): Promise<z.infer<typeof hostStatusSchema> | undefined> {
  const { code, output } = await cyberdeck("host", "status", "--json").ended;
  return code === 0 ? hostStatusSchema.parse(JSON.parse(output)) : undefined;
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

function end(pid: number | undefined, signal: NodeJS.Signals = "SIGKILL"): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal);
  } catch {
    // It had ended by itself.
    return false;
  }
}

/** The children of a process in the order of their birth, with their command lines. */
function childrenOf(pid: number): { pid: number; command: string }[] {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    return pids.map((child) => ({ pid: child, command: readFileSync(`/proc/${child}/cmdline`, "utf8") }));
  } catch {
    // It has just died, or one of them has.
    return [];
  }
}

const guardianOf = (host: number): number | undefined =>
  childrenOf(host).find(({ command }) => command.includes("guardian"))?.pid;

const agentsOf = (host: number): number[] =>
  childrenOf(host).flatMap(({ pid, command }) => (command.includes("--output-format") ? [pid] : []));

const eventsOf = (run: string): DeckEvent[] => {
  const reader = openStoreToRead(home);
  try {
    return [...reader.eventsOf(run)];
  } finally {
    reader.close();
  }
};

interface Sample {
  goal: number;
  run: string;
  status: string;
  deeds: Record<string, number>;
  ends: Record<string, number>;
  seconds: number;
  handles: number;
  rss_mb: number;
  wrong: string[];
}

async function oneGoal(goal: number): Promise<Sample> {
  const began = performance.now();
  const deeds: Record<string, number> = {};
  const did = (deed: string): void => {
    deeds[deed] = (deeds[deed] ?? 0) + 1;
  };
  const opened = await cyberdeck("run", "--detach", `Goal ${goal}: have ${tasksOfGoal} constructs at work.`).ended;
  const run = /run-\d{8}-\d{6}-[0-9a-f]{4}/.exec(opened.output)?.[0];
  if (run === undefined) throw new Error(`no run was opened: ${opened.output}`);
  const faces = [cyberdeck("logs", run, "--follow")];
  const isClosed = (): boolean => eventsOf(run).some(({ type }) => type === "run.closed");
  while (!isClosed() && performance.now() - began < mostGoalMs) {
    await pause(150 + random() * 1200);
    const roll = random();
    const known = await status();
    if (known === undefined) {
      // Whatever face comes next: a host is started by it, and goes on with what was open.
      await cyberdeck("host", "--detach").ended;
      continue;
    }
    if (isLeft(eventsOf(run))) {
      await cyberdeck("run", "--resume", run, "--detach").ended;
      did("resume by hand");
      continue;
    }
    if (isHeldUp(eventsOf(run))) {
      await cyberdeck("account", "release").ended;
      did("release");
    }
    if (roll < 0.22) {
      // In half of them with what would end its agents, and its newest agent stopped as in the middle of being ended.
      const [guardian, agent] = random() < 0.5 ? [guardianOf(known.pid), agentsOf(known.pid).at(-1)] : [];
      end(guardian);
      end(agent, "SIGSTOP");
      if (end(known.pid)) did(guardian === undefined ? "host" : "host and guardian");
    } else if (roll < 0.3) {
      const victim = agentsAtWork(eventsOf(run))[0];
      if (victim !== undefined && end(victim.pid)) {
        did("agent");
        if (random() < 0.3 && end(known.pid)) did("host and agent");
      }
    } else if (roll < 0.4 && end(faces.at(-1)?.child.pid)) {
      did("face");
      faces.push(cyberdeck("logs", run, "--follow"));
    }
  }
  if ((await status()) === undefined) await cyberdeck("host", "--detach").ended;
  const last = await status();
  for (const { child } of faces) end(child.pid);
  await Promise.all(faces.map(({ ended }) => ended));
  const events = eventsOf(run);
  return {
    goal,
    run,
    status: of(events, "run.closed")[0]?.body.status ?? "open",
    deeds,
    ends: counted(of(events, "construct.ended").map(({ body }) => `${body.outcome.state}/${body.outcome.cause}`)),
    seconds: round((performance.now() - began) / 1000),
    ...heldBy(last?.pid ?? 0),
    wrong: [...wrongIn(events, goal), ...(await leftBeside(last?.pid))],
  };
}

/** Constructs that have a process and no end. */
function agentsAtWork(events: readonly DeckEvent[]): { construct: string; pid: number }[] {
  const alive = new Map<string, number>();
  for (const event of events) {
    if (event.type === "construct.started") alive.set(event.body.construct, event.body.pid);
    if (event.type === "construct.ending" || event.type === "construct.ended") alive.delete(event.body.construct);
  }
  return Array.from(alive, ([construct, pid]) => ({ construct, pid }));
}

/** What is alive in our folder beside the host itself, its guardian and its spares; spares come and go for a moment. */
async function leftBeside(host: number | undefined): Promise<string[]> {
  for (let look = 0; ; look += 1) {
    const left = remainsOf(folder).filter((line) => !isOfHost(line, host));
    if (left.length === 0 || look === 20) return left.map((line) => `left: ${line}`);
    await pause(250);
  }
}

function isOfHost(line: string, host: number | undefined): boolean {
  const pid = Number.parseInt(line, 10);
  if (pid === host) return true;
  try {
    const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(parent) === host;
  } catch {
    // It has ended.
    return true;
  }
}

function wrongIn(events: readonly DeckEvent[], goal: number): string[] {
  const wrong = wrongEnds(events);
  const outcomes = of(events, "construct.ended");
  for (let index = 0; index < tasksOfGoal; index += 1) {
    const steps = stepsIn(join(workspace, `unit-${goal}-${index}.txt`));
    const isDone = outcomes.some(
      ({ body: { outcome } }) => outcome.task.includes(`unit ${goal}-${index}:`) && outcome.state === "done",
    );
    if (isDone && new Set(steps).size !== stepsOfTask) wrong.push(`unit ${index} did the steps ${steps.join()}`);
  }
  return [...wrong, ...wronglyTold(events)];
}

/** The daemon spawns its tasks once; each appends a line a step, and says that it is done. */
function answer(request: Parameters<Answerer>[0]): Reply {
  if (isAuthor(request)) return propose([], request);
  if (isDaemon(request)) {
    const goal = /Goal (\d+):/.exec(request.firstUserText)?.[1] ?? "0";
    const tasks = Array.from({ length: tasksOfGoal }, (_, index) => ({
      type: "spawn" as const,
      task: `Work on unit ${goal}-${index}: ${topics[index] ?? ""}.`,
    }));
    if (request.lastUserText.includes(heading.goal)) return block({ actions: tasks, status: "waiting" });
    return block({ status: request.lastUserText.includes("Nothing else is in flight") ? "done" : "waiting" });
  }
  const unit = /unit (\d+-\d+):/.exec(request.firstUserText)?.[1] ?? "none";
  // As a model would that is told of a call that was cut off: it looks at what is there.
  const done = new Set(stepsIn(join(workspace, `unit-${unit}.txt`))).size;
  if (done >= stepsOfTask) return say(`Unit ${unit} is done.`);
  return call("Bash", { command: `echo ${done} >> unit-${unit}.txt; nohup sleep 41 >/dev/null 2>&1 & sleep 0.4` });
}

const stepsIn = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];

function counted(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const until = performance.now() + minutes * 60_000;
const samples: Sample[] = [];
try {
  for (let goal = 1; performance.now() < until; goal += 1) {
    const sample = await oneGoal(goal);
    samples.push(sample);
    console.log(JSON.stringify(sample));
    if (sample.status === "open") break;
  }
} finally {
  const stopped = await cyberdeck("host", "stop", "--json").ended;
  console.log(JSON.stringify({ stopped: stopped.output.trim() }));
}
const left = remainsOf(folder);
const problems = [
  ...samples.flatMap((sample) => sample.wrong.map((line) => `goal ${sample.goal} (${sample.run}): ${line}`)),
  ...left.map((line) => `left at the end: ${line}`),
];
for (const line of left) end(Number.parseInt(line, 10));
await api.close();
const deeds = counted(
  samples.flatMap((sample) =>
    Object.entries(sample.deeds).flatMap(([deed, times]) => Array.from({ length: times }, () => deed)),
  ),
);
console.log(
  JSON.stringify({ verdict: problems.length === 0 ? "clean" : "wrong", seed, goals: samples.length, deeds, problems }),
);
if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
else console.log(`the folder is kept: ${folder}`);
process.exitCode = problems.length === 0 ? 0 : 1;
