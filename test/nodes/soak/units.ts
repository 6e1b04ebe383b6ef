import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wrongEnds } from "../../../scripts/soak/run-record.ts";
import { wronglyTold } from "../../../scripts/soak/told.ts";
import { isAuthor, propose } from "../../../src/offline/author.ts";
import { block, call, say, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { heading } from "../../../src/protocol/briefing.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import type { Outcome } from "../../../src/protocol/outcome.ts";
import { of } from "../../kit/deck.ts";
import { git } from "../workspace/kit/place.ts";

/** So many calls does a unit of work take. `unit-agent.mjs` has the same number. */
const stepsOfUnit = 2;

/** What is to be reached: so many units of work, each by a construct of its own. */
export const goalOf = (goal: number, units: number): string => `Goal ${goal}: have ${units} units of work done.`;

/** The daemon spawns a construct for each unit, once; one that is a real agent does its unit as the scripted one does. */
export const answerUnits =
  (workspace: () => string): Answerer =>
  (request) => {
    if (isAuthor(request)) return propose([], request);
    if (isDaemon(request)) {
      const [, goal = "0", units = "0"] = /Goal (\d+): have (\d+) units/.exec(request.firstUserText) ?? [];
      const tasks = Array.from({ length: Number(units) }, (_, index) => ({
        type: "spawn" as const,
        task: `Do unit ${goal}-${index}: it is the ${ordinal(index)} of its goal.`,
      }));
      if (request.lastUserText.includes(heading.goal)) return block({ actions: tasks, status: "waiting" });
      return block({ status: request.lastUserText.includes("Nothing else is in flight") ? "done" : "waiting" });
    }
    const unit = /unit (\d+-\d+):/.exec(request.firstUserText)?.[1] ?? "none";
    const done = new Set(linesIn(textIn(workspace(), unit)).map(([step]) => step)).size;
    if (done >= stepsOfUnit) return say(`Unit ${unit} is done.`);
    return call("Bash", { command: `echo "${done} real" >> unit-${unit}.txt; sleep 0.2` });
  };

/** Tasks that are nearly the same look like one that is started in vain again and again. */
const ordinal = (index: number): string =>
  [index, index * 7 + 3, index * index + 11].map((number) => words[number % words.length] ?? "").join(" ");

const words = [
  "parser",
  "network",
  "login",
  "table",
  "image",
  "queue",
  "ledger",
  "socket",
  "letter",
  "engine",
  "window",
  "garden",
  "bridge",
];

/** What is there of a unit of work that has this outcome. */
export type UnitText = (unit: string, outcome: Outcome | undefined) => string;

/** Where all work in one folder. */
export const inWorkspace =
  (workspace: string): UnitText =>
  (unit) =>
    textIn(workspace, unit);

/** Where each works on a copy: what came back of that, as a branch. */
export const inBranches =
  (repository: string): UnitText =>
  (unit, outcome) =>
    outcome?.workspace?.how === "branch" ? git(repository, "show", `${outcome.workspace.branch}:unit-${unit}.txt`) : "";

/** What is not as it must be in a run that is over: none lost, none doubled. */
export function wrongUnits(events: readonly DeckEvent[], goal: number, units: number, textOf: UnitText): string[] {
  const wrong = wrongEnds(events);
  const outcomes = of(events, "construct.ended");
  for (let index = 0; index < units; index += 1) {
    const unit = `${goal}-${index}`;
    const own = outcomes.filter(({ body }) => body.outcome.task.includes(`unit ${unit}:`));
    if (own.length !== 1) wrong.push(`unit ${unit} has ${own.length} outcomes`);
    const lines = linesIn(textOf(unit, own[0]?.body.outcome));
    const steps = new Set(lines.map(([step]) => step)).size;
    if (own.some(({ body }) => body.outcome.state === "done") && steps !== stepsOfUnit)
      wrong.push(
        `unit ${unit} is told to be done with ${steps} steps (${own.map(({ body }) => body.construct).join()}; its copy: ${JSON.stringify(own[0]?.body.outcome.workspace)})`,
      );
    // Who writes again after another one has was at work beside it.
    const writers = lines.map(([, writer]) => writer).filter((writer, at, all) => writer !== all[at - 1]);
    if (new Set(writers).size !== writers.length)
      wrong.push(`two agents were at work on unit ${unit}: ${writers.join()}`);
  }
  return [...wrong, ...wronglyTold(events)];
}

function textIn(workspace: string, unit: string): string {
  const path = join(workspace, `unit-${unit}.txt`);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function linesIn(text: string): [step: string, writer: string][] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [step = "", writer = ""] = line.split(" ");
    return [step, writer];
  });
}
