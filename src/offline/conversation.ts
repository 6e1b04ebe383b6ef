import { heading } from "../protocol/briefing.ts";
import { extractActionBlock } from "../protocol/extract.ts";
import { oneLine } from "../base/text.ts";
import { structuredTool, type ModelMessage } from "./request.ts";
import { outcomesIn, sectionsOf, type SeenOutcome } from "./sections.ts";

/** What the planner knows of its run: folded from the conversation alone, so that any process can go on with it. */
export interface RunState {
  goal: string | undefined;
  runFolder: string | undefined;
  /** The tasks of the current goal, in the order in which they were given. */
  tasks: GivenTask[];
  /** What the netrunner said since the last reply. */
  netrunner: string | undefined;
  /** The netrunner has said to go on since the goal was set. */
  released: boolean;
}

export interface GivenTask {
  task: string;
  outcome?: SeenOutcome;
  /** The deck did not start it: in its own words. */
  refused?: string;
}

/** Folds the messages of a daemon's conversation. */
export function readConversation(messages: ModelMessage[]): RunState {
  let state: RunState = { goal: undefined, runFolder: undefined, tasks: [], netrunner: undefined, released: false };
  for (const message of messages) {
    if (message.role === "assistant") state = afterReply(state, replyIn(message));
    else if (message.role === "user") state = afterMessage(state, message.text);
  }
  return state;
}

export const goesOn = (text: string): boolean =>
  /\b(?:proceed|go on|go ahead|continue|next step|autopilot|run it|carry on|yes)\b/i.test(text) && !endsAll(text);

export const endsAll = (text: string): boolean =>
  /\b(?:stand down|halt|abort|stop|we(?:'|’)re done|that(?:'|’)s all)\b|^\s*done\W*$/i.test(text);

/** The block as text, or as the input of a structured reply. */
const replyIn = ({ text, calls }: ModelMessage): string =>
  calls[0]?.tool === structuredTool ? JSON.stringify(calls[0].input) : text;

function afterReply(state: RunState, text: string): RunState {
  const block = extractActionBlock(text);
  const given = block.ok
    ? block.value.block.actions.flatMap((a) => (a.type === "spawn" ? [{ task: a.task }] : []))
    : [];
  return { ...state, netrunner: undefined, tasks: [...state.tasks, ...given] };
}

function afterMessage(before: RunState, message: string): RunState {
  const { opening, parts } = sectionsOf(message);
  let state = before;
  const saidDirectly = before.goal !== undefined && opening !== "" ? opening : undefined;
  if (saidDirectly !== undefined) state = withWords(state, saidDirectly);
  for (const { name, text } of parts) {
    if (name === "goal") state = { ...state, goal: text, tasks: [], released: false };
    else if (name === "goalChange") state = { ...state, goal: newGoal(text), tasks: [], released: false };
    else if (name === "runFolder") state = { ...state, runFolder: text.split("\n")[0]?.trim() };
    else if (name === "netrunner") state = withWords(state, text);
    else if (name === "outcomes") state = { ...state, tasks: withOutcomes(state.tasks, outcomesIn(text)) };
    else if (name === "refusals" || name === "blacklist") state = { ...state, tasks: withRefusals(state.tasks, text) };
  }
  return state;
}

const withWords = (state: RunState, text: string): RunState => ({
  ...state,
  netrunner: state.netrunner === undefined ? text : `${state.netrunner}\n${text}`,
  released: state.released || goesOn(text),
});

/** Old and new goal stand in one section; the new one is marked, or comes last. */
function newGoal(text: string): string {
  const marked = /^\W*(?:new|now|to)(?: goal)?:\s*(.+)$/im.exec(text)?.[1];
  return (marked ?? text.split("\n").findLast((line) => line.trim() !== "") ?? "").trim();
}

/** Outcomes are shown with the first part of their task. An outcome that was sent twice finds its task taken. */
function withOutcomes(tasks: GivenTask[], outcomes: SeenOutcome[]): GivenTask[] {
  const left = [...outcomes];
  return tasks.map((given) => {
    const known = tasks.some((other) => left[0] !== undefined && other.outcome?.id === left[0].id);
    if (known) left.shift();
    if (given.outcome !== undefined) return given;
    const at = left.findIndex((outcome) => outcome.task === oneLine(given.task, taskWidth));
    const outcome = left[at];
    if (outcome === undefined) return given;
    left.splice(at, 1);
    return { ...given, outcome };
  });
}

/** The width that `outcomeText` gives to a task. */
const taskWidth = 160;

/** A refusal quotes the task, more or less shortened. */
function withRefusals(tasks: GivenTask[], text: string): GivenTask[] {
  return tasks.map((given) => {
    const start = given.task.slice(0, 40);
    const line = text.split("\n").find((row) => row.includes(start));
    return line === undefined || given.outcome !== undefined ? given : { ...given, refused: oneLine(line, 600) };
  });
}

/** Whether a text is the first message to a daemon. */
export const isGoalMessage = (text: string): boolean =>
  text.split("\n").some((line) => line.startsWith(heading.goal) || line.startsWith(heading.memory));
