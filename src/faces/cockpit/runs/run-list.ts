import { summaryOf, type RunSummary } from "../../../protocol/view.ts";
import { isOpen, type DeckModel } from "../model/deck-model.ts";
import { readRunFilter } from "./run-filter.ts";

/** By what runs can be ordered. */
export const runSorts = ["when", "cost", "time", "status", "goal"] as const;
export type RunSort = (typeof runSorts)[number];

export interface RunOrder {
  sort: RunSort;
  isReversed: boolean;
}

/** An order in words. */
export const runOrderWord = ({ sort, isReversed }: RunOrder): string => orderWords[sort][isReversed ? 1 : 0];

/** A run in the list. */
export interface ListedRun {
  summary: RunSummary;
  isOpen: boolean;
  /** Nothing else is said: this one is meant. */
  isCurrent: boolean;
}

export interface RunList {
  rows: readonly ListedRun[];
  ids: readonly string[];
  /** How many there are without the filter. */
  all: number;
  problem: string | null;
}

/** What the list of a model depends on, beside what was asked for. */
export const stampOf = ({ runs, current }: DeckModel): string =>
  [current, ...[...runs.values()].map(({ run, lastSeq }) => `${run}:${lastSeq}`)].join("|");

/** The runs on record, with those that the model knows better as they are now. */
export function listRuns(
  listed: readonly RunSummary[],
  model: DeckModel,
  filter: string,
  { sort, isReversed }: RunOrder,
): RunList {
  const all = new Map(listed.map((summary) => [summary.run, summary]));
  for (const view of model.runs.values()) all.set(view.run, summaryOf(view));
  const { has, problem } = readRunFilter(filter);
  const way = isReversed ? -1 : 1;
  const rows = [...all.values()]
    .filter((summary) => has(summary, model.now))
    .toSorted((one, other) => way * compares[sort](one, other) || other.openedAt - one.openedAt)
    .map((summary): ListedRun => {
      const view = model.runs.get(summary.run);
      return { summary, isOpen: view !== undefined && isOpen(view), isCurrent: model.current === summary.run };
    });
  return { rows, ids: rows.map(({ summary }) => summary.run), all: all.size, problem };
}

const orderWords: Record<RunSort, readonly [string, string]> = {
  when: ["newest first", "oldest first"],
  cost: ["dearest first", "cheapest first"],
  time: ["longest first", "shortest first"],
  status: ["by status", "by status, turned"],
  goal: ["by goal", "by goal, turned"],
};

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What may still need somebody comes first. */
const ranks: Record<RunSummary["status"], number> = {
  waiting: 0,
  paused: 1,
  running: 2,
  failed: 3,
  stopped: 4,
  done: 5,
};

const compares: Record<RunSort, (one: RunSummary, other: RunSummary) => number> = {
  when: (one, other) => other.openedAt - one.openedAt,
  cost: (one, other) => other.costUsd - one.costUsd,
  time: (one, other) => other.durationMs - one.durationMs,
  status: (one, other) => ranks[one.status] - ranks[other.status],
  goal: (one, other) => byText(one.goal.toLowerCase(), other.goal.toLowerCase()),
};
