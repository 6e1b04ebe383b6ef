import { readDuration } from "../../../base/units.ts";
import { constructWord } from "../../words/state-word.ts";
import { ageOf } from "../model/constructs.ts";
import { readDollars, readNumber, readWords, type Vocabulary, type WordFilter } from "../model/word-filter.ts";
import { denialsOf, filesOf, hasEnded, tokensOf, type FleetRow } from "./row.ts";

/**
 * Reads a filter of constructs. A plain word stands in the id, task, state, activity or profile; `state:held`, `run:a1b2`,
 * `profile:tester`, `model:opus`, `is:live|ended|needing` ask for one thing, `cost>0.5`, `age>5m`, `tokens>10000`, `denied>0`, `files>0`
 * for more or (`<`) less.
 */
export const readFilter = (text: string): WordFilter<FleetRow> => readWords(text, vocabulary);

const vocabulary: Vocabulary<FleetRow> = {
  texts: ({ construct: { id, task, state, activity, profile } }) => [
    id,
    task,
    state,
    constructWord(state).word,
    activity,
    profile,
  ],
  names: {
    state: ({ construct }) => [construct.state, constructWord(construct.state).word],
    run: ({ view }) => [view.run, view.goal],
    id: ({ construct }) => [construct.id],
    task: ({ construct }) => [construct.task],
    profile: ({ construct }) => [construct.profile],
    model: ({ construct }) => [construct.caliber.model],
    is: (row) => [hasEnded(row) ? "ended" : "live", ...(row.need === undefined ? [] : ["needing"])],
  },
  amounts: {
    cost: { of: ({ construct }) => construct.costUsd, read: readDollars, takes: "dollars: cost>0.5" },
    age: {
      of: ({ construct }, now) => ageOf(construct, now),
      read: readDuration,
      takes: "a duration: age>5m",
      isTimed: true,
    },
    tokens: { of: tokensOf, read: readNumber, takes: "a number: tokens>10000" },
    denied: { of: denialsOf, read: readNumber, takes: "a number: denied>0" },
    files: { of: filesOf, read: readNumber, takes: "a number: files>0" },
  },
};
