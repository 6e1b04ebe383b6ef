/** Which things of a list are shown. */
export interface WordFilter<T> {
  has: (one: T, now: number) => boolean;
  /** A part of it that says nothing, in words; it is left out. */
  problem: string | null;
  /** What it lets through changes with the time alone. */
  isTimed: boolean;
}

/** What things of a sort can be filtered by. */
export interface Vocabulary<T> {
  /** Where a plain word may stand. */
  texts: (one: T) => readonly string[];
  /** `state:held` asks for one thing. */
  names?: Readonly<Record<string, (one: T) => readonly string[]>>;
  /** `cost>0.5` and `age<5m` ask for more or less. */
  amounts?: Readonly<Record<string, Amount<T>>>;
}

interface Amount<T> {
  of: (one: T, now: number) => number;
  read: (text: string) => number | undefined;
  /** In words: "dollars: cost>0.5". */
  takes: string;
  isTimed?: boolean;
}

/** Reads a filter: words that must all be met, in whatever case; an exclamation mark before a word turns it round. */
export function readWords<T>(text: string, vocabulary: Vocabulary<T>): WordFilter<T> {
  const terms = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => readTerm(word, vocabulary));
  const tests = terms.flatMap(({ test }) => test ?? []);
  return {
    has: (one, now) => tests.every((test) => test(one, now)),
    problem: terms.find(({ problem }) => problem !== undefined)?.problem ?? null,
    isTimed: terms.some(({ isTimed }) => isTimed === true),
  };
}

/** A number as it is written in a filter. */
export const readNumber = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

/** A sum as it is written in a filter: dollars, with or without their sign. */
export const readDollars = (text: string): number | undefined => readNumber(text.replace(/^\$/, ""));

interface Term<T> {
  test?: (one: T, now: number) => boolean;
  problem?: string;
  isTimed?: boolean;
}

function readTerm<T>(word: string, vocabulary: Vocabulary<T>): Term<T> {
  const { texts, names = {}, amounts = {} } = vocabulary;
  if (word.startsWith("!") && word.length > 1) {
    const { test, ...rest } = readTerm(word.slice(1), vocabulary);
    return test === undefined ? rest : { ...rest, test: (one, now) => !test(one, now) };
  }
  const [, measure = "", sign = "", bound = ""] = /^(\w+)([<>])(.*)$/.exec(word) ?? [];
  const amount = own(amounts, measure);
  if (amount !== undefined) return readAmount(amount, `${measure}${sign}`, bound);
  const [, name = "", part = ""] = /^(\w+):(.*)$/.exec(word) ?? [];
  const named = own(names, name);
  const wanted = (named === undefined ? word : part).toLowerCase();
  return { test: (one) => (named ?? texts)(one).some((text) => text.toLowerCase().includes(wanted)) };
}

function readAmount<T>({ of, read, takes, isTimed = false }: Amount<T>, asked: string, text: string): Term<T> {
  const bound = read(text);
  if (bound === undefined) return { problem: `${asked} takes ${takes}` };
  const isMore = asked.endsWith(">");
  return { test: (one, now) => (isMore ? of(one, now) > bound : of(one, now) < bound), isTimed };
}

/** Names are typed by people: "constructor" must not find what every object has. */
const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name.toLowerCase()) ? record[name.toLowerCase()] : undefined;
