import { readDuration } from "../../../base/units.ts";
import type { RunSummary } from "../../../protocol/view.ts";
import { runWord } from "../../words/state-word.ts";
import { readDollars, readNumber, readWords, type Vocabulary, type WordFilter } from "../model/word-filter.ts";

/**
 * Reads a filter of runs. A plain word stands in the id, the goal or the status; `status:failed`, `kind:tasks` ask for one thing,
 * `cost>1`, `time>5m`, `constructs>3`, `done<2` for more or less.
 */
export const readRunFilter = (text: string): WordFilter<RunSummary> => readWords(text, vocabulary);

const vocabulary: Vocabulary<RunSummary> = {
  texts: (run) => [run.run, run.goal, run.status, runWord(run.status).word],
  names: {
    status: (run) => [run.status, runWord(run.status).word],
    kind: (run) => [run.kind],
    goal: (run) => [run.goal],
    run: (run) => [run.run],
  },
  amounts: {
    cost: { of: (run) => run.costUsd, read: readDollars, takes: "dollars: cost>1" },
    time: { of: (run) => run.durationMs, read: readDuration, takes: "a duration: time>5m" },
    constructs: { of: (run) => run.constructs, read: readNumber, takes: "a number: constructs>3" },
    done: { of: (run) => run.done, read: readNumber, takes: "a number: done<2" },
  },
};
