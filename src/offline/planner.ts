import { capRaised } from "../protocol/briefing.ts";
import type { ActionBlock, SpawnAction } from "../protocol/action.ts";
import { endsAll, goesOn, readConversation, type GivenTask, type RunState } from "./conversation.ts";
import { readIntent, type Intent } from "./intent.ts";
import { readJob, secondAttempt, showJob, type PlannedJob } from "./job.ts";
import { block, say, structured, type Reply } from "./reply.ts";
import { structuredTool, type ModelRequest } from "./request.ts";
import { showScope } from "./scope.ts";
import { showWhat } from "./what.ts";
import { capabilities, notDonePrefix } from "./wording.ts";

/** The daemon's next turn, from its conversation alone. */
export function answerAsDaemon(request: ModelRequest): Reply {
  const byTool = request.tools.includes(structuredTool);
  // The agent asks once more after the structured reply, only to end the turn.
  if (byTool && request.toolResults.length > 0) return say("Done.");
  const next = nextBlock(readConversation(request.messages));
  return byTool ? structured(next) : block(next);
}

/** Most constructs of one fan-out. */
const mostParts = 8;

const listFile = "parts/files.txt";
const partFile = (number: number): string => `parts/part-${number}.txt`;

function nextBlock(state: RunState): Partial<ActionBlock> {
  const intent = state.goal === undefined ? undefined : readIntent(goalText(state.goal));
  const tasks = latestAttempts(state.tasks);
  const open = tasks.filter((given) => given.outcome === undefined && given.refused === undefined);
  const words = state.netrunner;
  if (words !== undefined && endsAll(words)) {
    return {
      thinking: "the netrunner ends it",
      chat: "Stopped, as you asked. Nothing more will be started.",
      status: "done",
    };
  }
  if (intent === undefined) return { thinking: "not a goal for a script", chat: capabilities, status: "failed" };
  if (open.length > 0) {
    const progress = `${open.length} of ${tasks.length} constructs are still at work.`;
    const chat =
      words === undefined ? null : `${progress} I am the scripted offline model and cannot say more about that.`;
    return { thinking: progress, chat, status: "waiting" };
  }
  const bad = tasks.filter((given) => failure(given) !== undefined);
  if (bad.length > 0) return afterFailures(bad, state.tasks);
  if (words !== undefined && !goesOn(words) && waitsForWord(state)) {
    const chat = `I am the scripted offline model: I follow my plan for the goal. Say "proceed" to go on, or "stand down" to stop.`;
    return { thinking: "the netrunner has not decided", chat, status: "waiting" };
  }
  return nextStep(intent, tasks, state);
}

function nextStep(intent: Intent, tasks: GivenTask[], state: RunState): Partial<ActionBlock> {
  const jobs = tasks.map((given) => readJob(given.task));
  const report = tasks.find((_given, index) => jobs[index]?.kind === "report");
  if (report !== undefined) return finish(report, reportName(intent), state);

  const discovery = tasks.find((_given, index) => jobs[index]?.kind === "discover");
  if (discovery === undefined) {
    const chat = `I am the scripted offline model. First one construct finds the files, then several look for the ${showWhat(intent.what)}.`;
    return spawn("discover first", chat, [{ kind: "discover", scope: intent.scope, list: listFile }]);
  }
  const count = Number(/^Found (\d+) files\.$/m.exec(discovery.outcome?.result ?? "")?.[1] ?? "0");
  const parts = partsOf(intent, count);
  const started = jobs.filter((job) => job?.kind === "part").length;
  const after: PlannedJob = {
    kind: "report",
    ...intent,
    output: reportName(intent),
    parts: parts.length,
    source: parts.length === 0 ? listFile : partFile(1),
  };
  if (waitsForWord(state) && started === 0) {
    const step =
      parts.length === 0
        ? "write the report"
        : `start ${parts.length} constructs that look for the ${showWhat(intent.what)}`;
    const chat = `${count} files ${showScope(intent.scope)} were found. Shall I ${step}? Say "proceed", or "stand down".`;
    return { thinking: "the netrunner wants to be asked", chat, status: "waiting" };
  }
  if (started < parts.length)
    return spawn("fan out over the files", `${count} files: ${parts.length} constructs share them.`, parts);
  return spawn("put the parts together", "All parts are there; one construct writes the report.", [after]);
}

/** Equal shares of the list, in its order, so that the files of a folder stay together. */
function partsOf(intent: Intent, count: number): PlannedJob[] {
  if (intent.what.measure === "files") return [];
  const of = Math.min(count, mostParts);
  return Array.from({ length: of }, (_, index) => ({
    kind: "part",
    number: index + 1,
    of,
    what: intent.what,
    list: listFile,
    from: Math.floor((index * count) / of) + 1,
    to: Math.floor(((index + 1) * count) / of),
    output: partFile(index + 1),
  }));
}

function finish(report: GivenTask, name: string, state: RunState): Partial<ActionBlock> {
  const totals = report.outcome?.result.split("\n")[0] ?? "";
  const place = state.runFolder === undefined ? name : `${state.runFolder}/${name}`;
  const chat = `${totals} The report is in ${place}. (Said by the scripted offline model; the figures come from real tool calls.)`;
  return { thinking: "the report is written", chat, status: "done" };
}

/** A task that failed by itself is given once more. What the netrunner or a rule stopped stays stopped. */
function afterFailures(bad: GivenTask[], all: GivenTask[]): Partial<ActionBlock> {
  const final = bad.find((given) => isFinal(given) || attempts(given.task, all) > 1);
  if (final !== undefined) {
    const chat = `I could not finish the goal: ${failure(final)}. Change the goal, or what stands in its way, and set it again. (Said by the scripted offline model.)`;
    return { thinking: "no second way to try", chat, status: "failed" };
  }
  const again = bad.map((given): SpawnAction => {
    const { state = "failed", cause = "crash" } = given.outcome ?? {};
    return { type: "spawn", task: `${secondAttempt(`${state} (${cause})`)}${given.task}` };
  });
  return {
    thinking: "one more try",
    chat: `${bad.length === 1 ? "A construct" : `${bad.length} constructs`} failed; I try once more.`,
    actions: again,
    status: "working",
  };
}

/** Why a task is not done, in words; undefined when it is. */
function failure({ outcome, refused }: GivenTask): string | undefined {
  if (refused !== undefined) return `the deck did not start a construct (${refused})`;
  if (outcome === undefined) return undefined;
  if (outcome.result.startsWith(notDonePrefix))
    return outcome.result.slice(notDonePrefix.length).split("\n")[0]?.replace(/\.$/, "");
  return outcome.state === "done" ? undefined : `construct ${outcome.id} ended as ${outcome.state} (${outcome.cause})`;
}

/** Trying again would not help, or is not ours to decide. */
const isFinal = ({ outcome, refused }: GivenTask): boolean =>
  (refused !== undefined && !refused.includes(capRaised)) ||
  /netrunner|blacklist|tripwire|budget|eject/.test(outcome?.cause ?? "") ||
  (outcome?.result ?? "").startsWith(`${notDonePrefix}there `);

/** A second attempt stands for the first one. */
function latestAttempts(tasks: GivenTask[]): GivenTask[] {
  const latest = new Map<string, GivenTask>();
  for (const given of tasks) latest.set(jobKey(given.task), given);
  return [...latest.values()];
}

const attempts = (task: string, all: GivenTask[]): number =>
  all.filter((given) => jobKey(given.task) === jobKey(task)).length;

const jobKey = (task: string): string => JSON.stringify(readJob(task) ?? task);

const waitsForWord = (state: RunState): boolean =>
  /\bask (?:me )?before\b|\bstep by step\b/i.test(state.goal ?? "") && !state.released;

/** The cadence is for the planner, not for the reader of the goal. */
const goalText = (goal: string): string =>
  goal.replace(/[,;.]?\s*(?:and |but |please )*(?:ask (?:me )?before\b[^.;]*|(?:go |do it )?step by step)/gi, "");

function reportName(intent: Intent): string {
  const slug = (intent.what.text ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
  return intent.output ?? `${slug === "" ? intent.what.measure : slug}-report.md`;
}

const spawn = (thinking: string, chat: string, jobs: PlannedJob[]): Partial<ActionBlock> => ({
  thinking,
  chat,
  status: "working",
  actions: jobs.map((job) => ({ type: "spawn", task: showJob(job) })),
});
