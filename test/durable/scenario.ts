import type { ActionBlock } from "../../src/protocol/action.ts";
import { heading } from "../../src/protocol/briefing.ts";

/** A small repeatable generator of numbers below `bound`, so that a failure can be run again from its seed. */
export function numbersFrom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** What is to be done in one run, as it follows from the seed alone. */
export interface Scenario {
  seed: number;
  goal: string;
  /** The daemon's first reply is no valid block. */
  isFirstReplyBad: boolean;
  /** Spares are kept. */
  pool: number;
  /** The netrunner denies what is held. */
  denies: boolean;
  hasAuthor: boolean;
}

export function scenarioOf(seed: number): Scenario {
  const number = numbersFrom(seed);
  return {
    seed,
    goal: `Do all of it (seed ${seed}).`,
    isFirstReplyBad: number(3) === 0,
    pool: number(2),
    denies: number(3) === 0,
    hasAuthor: number(2) === 0,
  };
}

/** Tasks by their names: steps, and whether it never ends by itself. */
const first = [
  { name: "A", task: "Do A in 3 steps." },
  { name: "B", task: "Do B in 4 steps." },
  { name: "C", task: "Do C in 2 steps." },
  { name: "D", task: "Do D in 3 steps." },
  { name: "E", task: "Do E in 1 steps, then wait." },
] as const;
const second = [
  { name: "F", task: "Do F in 2 steps." },
  { name: "G", task: "Do G in 1 steps." },
] as const;

/** The netrunner's instruction for whoever goes on in B's place. */
export const redirection = "Do X in 2 steps.";

/** Every task that is spawned in the run, each of them once. */
export const spawnedTasks: readonly string[] = [...first, ...second].map(({ task }) => task);

/** What a task wants. */
export function readTask(text: string): { name: string; steps: number; waits: boolean } | undefined {
  const match = /Do ([A-Z]) in (\d+) steps(, then wait)?\./.exec(text);
  const [, name, steps, waits] = match ?? [];
  return name === undefined ? undefined : { name, steps: Number(steps), waits: waits !== undefined };
}

/** The task that a message tells, if it tells one, for the first time or once more. */
export const taskTold = (message: string): ReturnType<typeof readTask> =>
  message.includes(heading.redirect) || message.includes(heading.task)
    ? readTask(message.split(heading.redirect).at(-1)?.split(heading.task).at(-1) ?? "")
    : undefined;

/** The command of a step: it leaves one line in a file of the task's own. The second step of A is held. */
export const stepCommand = (name: string, step: number): string =>
  `echo "${name} ${step}${name === "A" && step === 2 ? " held" : ""}" >> effects-${name}.txt`;

/** What the daemon has been told in its sessions, whatever became of the turn. */
export interface DaemonMemory {
  /** Names of tasks whose outcome it knows. */
  ended: string[];
  wasBad: boolean;
  /** The last message that was no repair. */
  last: string;
}

export const newMemory = (): DaemonMemory => ({ ended: [], wasBad: false, last: "" });

/**
 * The daemon's reply: from this message, and from what it remembers of outcomes. It repeats what it has asked for only when a
 * message is repeated, as a model would. Undefined: words without a block.
 */
export function daemonReply(
  scenario: Scenario,
  memory: DaemonMemory,
  message: string,
): Partial<ActionBlock> | undefined {
  const text = message.includes(heading.repair) ? memory.last : message;
  memory.last = text;
  if (text.includes(scenario.goal) && text.includes(heading.goal)) {
    if (scenario.isFirstReplyBad && !memory.wasBad) {
      memory.wasBad = true;
      return undefined;
    }
    const actions = first.map(({ name, task }) => ({
      type: "spawn" as const,
      task,
      ...(name === "C" ? { after: [1] } : {}),
    }));
    return { thinking: "fan out", chat: "Five at once.", actions, status: "waiting" };
  }
  const told = outcomesIn(text);
  const before = new Set(memory.ended);
  for (const { name } of told) before.add(name);
  memory.ended = [...before];
  const inFlight = inFlightOf(text);
  const actions: ActionBlock["actions"] = [];
  if (told.some(({ name }) => name === "A")) {
    const [waiting] = inFlight.filter(({ name }) => name === "E");
    if (waiting !== undefined) actions.push({ type: "cancel", construct: waiting.id, reason: "not needed" });
    const [working] = inFlight.filter(({ name }) => name === "D" || name === "B");
    if (working !== undefined) actions.push({ type: "message", construct: working.id, text: "Hurry up." });
  }
  const isFirstOver = ["A", "C", "D", "E"].every((name) => before.has(name)) && (before.has("B") || before.has("X"));
  const isNews = told.some(({ name }) => name !== "F" && name !== "G");
  if (isFirstOver && isNews && inFlight.every(({ name }) => name === "F" || name === "G")) {
    const [anOutcome] = told;
    if (anOutcome !== undefined) actions.push({ type: "read", construct: anOutcome.id, part: 1 });
    actions.push({ type: "message", construct: "cx-00000000", text: "Nobody is there." });
    const at = actions.length + 1;
    for (const { name, task } of second)
      actions.push({ type: "spawn", task, ...(name === "G" ? { after: [at] } : {}) });
    return { thinking: "the second half", actions, status: "waiting" };
  }
  const isOver = before.has("F") && before.has("G") && inFlight.length === 0;
  return { thinking: "", chat: isOver ? "All done." : null, actions, status: isOver ? "done" : "waiting" };
}

/** Outcomes that end the work of a task; one that was redirected goes on in another. */
const outcomesIn = (text: string): { id: string; name: string }[] =>
  [...text.matchAll(/^\[(cx-[0-9a-f]{8})\] (\w+) .*\ntask: (.*)$/gm)].flatMap(([, id = "", state, task = ""]) => {
    const name = readTask(task)?.name;
    return name === undefined || state === "redirected" ? [] : [{ id, name }];
  });

const inFlightOf = (text: string): { id: string; name: string }[] =>
  [...text.matchAll(/^- (cx-[0-9a-f]{8}) \w+: (.*)$/gm)].flatMap(([, id = "", task = ""]) => {
    const name = readTask(task)?.name;
    return name === undefined ? [] : [{ id, name }];
  });
