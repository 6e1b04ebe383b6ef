import { readIntent } from "./intent.ts";
import { readScope, scopePattern, showScope, type Scope } from "./scope.ts";
import { quotedPattern, readQuoted, readWhat, showWhat, whatPattern, type What } from "./what.ts";

/** What one construct does. Paths of files that constructs hand to each other are relative to the run folder. */
export type Job =
  /** Lists the files for the others. */
  | { kind: "discover"; scope: Scope; list: string }
  /** Measures the files on some lines of the list. */
  | { kind: "part"; number: number; of: number; what: What; list: string; from: number; to: number; output: string }
  /** Writes the report from the parts, or, for a mere list of files, from the list. */
  | { kind: "report"; what: What; scope: Scope; source: string; parts: number; output: string }
  /** Everything at once: a task that a person gave. */
  | { kind: "direct"; what: What; scope: Scope; output?: string };

export type PlannedJob = Exclude<Job, { kind: "direct" }>;

/** The task sentence of a job: a person reads it, `readJob` reads it exactly. */
export function showJob(job: PlannedJob): string {
  if (job.kind === "discover") {
    return (
      `Find the files ${showScope(job.scope)}. Leave out folders named .git, node_modules and .cyberdeck. ` +
      `Write their paths to ${named(job.list)}, one a line, sorted. Finish with the number of files.`
    );
  }
  if (job.kind === "part") {
    return (
      `Part ${job.number} of ${job.of}: find the ${showWhat(job.what)} in the files on lines ${job.from} to ${job.to} of ` +
      `${named(job.list)}. Change nothing. Write the findings to ${named(job.output)}. Finish with the totals.`
    );
  }
  return (
    `Write a report on the ${showWhat(job.what)} ${showScope(job.scope)}. Take the findings from ${named(job.source)} ` +
    `(parts: ${job.parts}); do not search again. Write it to ${named(job.output)}. Finish with the totals in one sentence.`
  );
}

/** Said before a task that is given a second time, with why. */
export const secondAttempt = (why: string): string =>
  `Second attempt, because the first one ended as ${why}. Use Bash, Read and Write only, on the named files only. `;

/** The job in a task, ours or a person's; undefined when it is not understood. */
export function readJob(task: string): Job | undefined {
  const text = task.replace(/^Second attempt, because .*? on the named files only\. /s, "").trim();
  return readDiscover(text) ?? readPart(text) ?? readReport(text) ?? readDirect(text);
}

const named = (path: string): string => `${JSON.stringify(path)} in the run folder`;
const file = `(${quotedPattern}) in the run folder`;

function readDiscover(text: string): Job | undefined {
  const match = new RegExp(
    `^Find the files (${scopePattern})\\. Leave out .*? Write their paths to ${file}, one a`,
  ).exec(text);
  const scope = match?.[1] === undefined ? undefined : readScope(match[1]);
  const list = match?.[2] === undefined ? undefined : readQuoted(match[2]);
  return scope === undefined || list === undefined ? undefined : { kind: "discover", scope, list };
}

function readPart(text: string): Job | undefined {
  const match = new RegExp(
    `^Part (\\d+) of (\\d+): find the (${whatPattern}) in the files on lines (\\d+) to (\\d+) of ${file}\\. ` +
      `Change nothing\\. Write the findings to ${file}\\.`,
  ).exec(text);
  if (match === null) return undefined;
  const [number, of, from, to] = [match[1], match[2], match[4], match[5]].map(Number);
  const what = readWhat(match[3] ?? "");
  const list = readQuoted(match[6] ?? "");
  const output = readQuoted(match[7] ?? "");
  if (what === undefined || list === undefined || output === undefined) return undefined;
  return { kind: "part", number: number ?? 1, of: of ?? 1, what, list, from: from ?? 1, to: to ?? 1, output };
}

function readReport(text: string): Job | undefined {
  const match = new RegExp(
    `^Write a report on the (${whatPattern}) (${scopePattern})\\. Take the findings from ${file} \\(parts: (\\d+)\\); ` +
      `do not search again\\. Write it to ${file}\\.`,
  ).exec(text);
  if (match === null) return undefined;
  const what = readWhat(match[1] ?? "");
  const scope = readScope(match[2] ?? "");
  const source = readQuoted(match[3] ?? "");
  const output = readQuoted(match[5] ?? "");
  if (what === undefined || scope === undefined || source === undefined || output === undefined) return undefined;
  return { kind: "report", what, scope, source, parts: Number(match[4]), output };
}

function readDirect(text: string): Job | undefined {
  const intent = readIntent(text);
  return intent === undefined ? undefined : { kind: "direct", ...intent };
}
