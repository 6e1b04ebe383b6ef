import { readDuration } from "../../../base/units.ts";
import type { RunSummary } from "../../../protocol/view.ts";
import { runWord } from "../../words/state-word.ts";

/** Which runs are shown. */
export interface RunFilter {
  has: (run: RunSummary) => boolean;
  /** A part of it that says nothing, in words; it is left out. */
  problem: string | null;
}

/**
 * Reads a filter: words that must all be met. A plain word stands in the id, the goal or the status; `status:failed`, `kind:tasks` ask
 * for one thing, `cost>1`, `time>5m`, `constructs>3`, `done<2` for more or less. An exclamation mark turns a word round.
 */
export function readRunFilter(text: string): RunFilter {
  const terms = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(readTerm);
  const tests = terms.flatMap(({ test }) => test ?? []);
  return {
    has: (run) => tests.every((test) => test(run)),
    problem: terms.find(({ problem }) => problem !== undefined)?.problem ?? null,
  };
}

interface Term {
  test?: (run: RunSummary) => boolean;
  problem?: string;
}

function readTerm(word: string): Term {
  if (word.startsWith("!") && word.length > 1) {
    const term = readTerm(word.slice(1));
    const { test } = term;
    return test === undefined ? term : { test: (run) => !test(run) };
  }
  const amount = /^(\w+)([<>])(.*)$/.exec(word);
  const of = amounts.get((amount?.[1] ?? "").toLowerCase());
  if (amount !== null && of !== undefined) {
    const bound = of.read(amount[3] ?? "");
    if (bound === undefined) return { problem: `${amount[1]}${amount[2]} takes ${of.takes}` };
    return { test: (run) => (amount[2] === ">" ? of.of(run) > bound : of.of(run) < bound) };
  }
  const named = /^(\w+):(.*)$/.exec(word);
  const texts = names.get((named?.[1] ?? "").toLowerCase());
  const wanted = (texts === undefined ? word : (named?.[2] ?? "")).toLowerCase();
  return { test: (run) => (texts ?? allTexts)(run).some((one) => one.toLowerCase().includes(wanted)) };
}

const allTexts = (run: RunSummary): string[] => [run.run, run.goal, run.status, runWord(run.status).word];

const names = new Map<string, (run: RunSummary) => string[]>([
  ["status", (run) => [run.status, runWord(run.status).word]],
  ["kind", (run) => [run.kind]],
  ["goal", (run) => [run.goal]],
  ["run", (run) => [run.run]],
]);

const number = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

const amounts = new Map<
  string,
  { of: (run: RunSummary) => number; read: (text: string) => number | undefined; takes: string }
>([
  [
    "cost",
    { of: (run) => run.costUsd, read: (text) => number(text.replace(/^\$/, "")), takes: "dollars, as in cost>1" },
  ],
  ["time", { of: (run) => run.durationMs, read: readDuration, takes: "a duration, as in time>5m" }],
  ["constructs", { of: (run) => run.constructs, read: number, takes: "a number, as in constructs>3" }],
  ["done", { of: (run) => run.done, read: number, takes: "a number, as in done<2" }],
]);
