import { readDuration } from "../../../base/units.ts";
import { ageOf } from "../model/constructs.ts";
import { constructWord } from "../../words/state-word.ts";
import { denialsOf, filesOf, hasEnded, tokensOf, type FleetRow } from "./row.ts";

/** Which constructs are shown. */
export interface Filter {
  /** Whether a row is shown. */
  has: (row: FleetRow, now: number) => boolean;
  /** A part of it that says nothing, in words; it is left out. */
  problem: string | null;
  /** What it lets through changes with the time alone. */
  isTimed: boolean;
}

/**
 * Reads a filter: words that must all be met. A plain word stands in the id, task, state, activity or profile; `state:held`, `run:a1b2`,
 * `profile:tester`, `model:opus`, `is:live|ended|needing` ask for one thing, `cost>0.5`, `age>5m`, `tokens>10000`, `denied>0`, `files>0`
 * for more or (`<`) less. An exclamation mark before a word turns it round.
 */
export function readFilter(text: string): Filter {
  const terms = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(readTerm);
  const tests = terms.flatMap(({ test }) => test ?? []);
  return {
    has: (row, now) => tests.every((test) => test(row, now)),
    problem: terms.find(({ problem }) => problem !== undefined)?.problem ?? null,
    isTimed: terms.some(({ isTimed }) => isTimed === true),
  };
}

type Test = (row: FleetRow, now: number) => boolean;

interface Term {
  test?: Test;
  problem?: string;
  isTimed?: boolean;
}

function readTerm(word: string): Term {
  if (word.startsWith("!") && word.length > 1) {
    const { test, ...rest } = readTerm(word.slice(1));
    return test === undefined ? rest : { ...rest, test: (row, now) => !test(row, now) };
  }
  const amount = /^(\w+)([<>])(.*)$/.exec(word);
  if (amount !== null) return readAmount(amount[1] ?? "", amount[2] === ">", amount[3] ?? "") ?? plainTerm(word);
  const named = /^(\w+):(.*)$/.exec(word);
  const of = named === null ? undefined : own(names, (named[1] ?? "").toLowerCase());
  if (of === undefined) return plainTerm(word);
  const wanted = (named?.[2] ?? "").toLowerCase();
  return { test: (row) => of(row).some((text) => text.toLowerCase().includes(wanted)) };
}

function plainTerm(word: string): Term {
  const wanted = word.toLowerCase();
  return { test: (row) => textsOf(row).some((text) => text.toLowerCase().includes(wanted)) };
}

function readAmount(name: string, isMore: boolean, text: string): Term | undefined {
  const amount = own(amounts, name.toLowerCase());
  if (amount === undefined) return undefined;
  const bound = amount.read(text);
  if (bound === undefined) return { problem: `${name}${isMore ? ">" : "<"} takes ${amount.takes}` };
  return {
    test: (row, now) => (isMore ? amount.of(row, now) > bound : amount.of(row, now) < bound),
    isTimed: amount.isTimed === true,
  };
}

function textsOf({ construct }: FleetRow): string[] {
  const { id, task, state, activity, profile } = construct;
  return [id, task, state, constructWord(state).word, activity, profile];
}

/** "is:" takes one of these, or the beginning of one. */
function kindsOf(row: FleetRow): string[] {
  return [hasEnded(row) ? "ended" : "live", ...(row.need === undefined ? [] : ["needing"])];
}

const names: Record<string, (row: FleetRow) => string[]> = {
  state: ({ construct }) => [construct.state, constructWord(construct.state).word],
  run: ({ view }) => [view.run, view.goal],
  id: ({ construct }) => [construct.id],
  task: ({ construct }) => [construct.task],
  profile: ({ construct }) => [construct.profile],
  model: ({ construct }) => [construct.caliber.model],
  is: kindsOf,
};

interface Amount {
  of: (row: FleetRow, now: number) => number;
  read: (text: string) => number | undefined;
  takes: string;
  isTimed?: boolean;
}

const number = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

const amounts: Record<string, Amount> = {
  cost: {
    of: ({ construct }) => construct.costUsd,
    read: (text) => number(text.replace(/^\$/, "")),
    takes: "dollars: cost>0.5",
  },
  age: {
    of: ({ construct }, now) => ageOf(construct, now),
    read: readDuration,
    takes: "a duration: age>5m",
    isTimed: true,
  },
  tokens: { of: tokensOf, read: number, takes: "a number: tokens>10000" },
  denied: { of: denialsOf, read: number, takes: "a number: denied>0" },
  files: { of: filesOf, read: number, takes: "a number: files>0" },
};

/** Names are typed by people: "constructor" must not find what every object has. */
const own = <T>(record: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
