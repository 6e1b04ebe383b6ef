import type { PatternFlag } from "./pattern.ts";

/**
 * Why a pattern could be slow in an engine that backtracks, or undefined. Conservative: it refuses what it does not
 * know. `reach` is what an unbounded repetition can run over, in characters.
 */
export function patternProblem(source: string, flags: readonly PatternFlag[], reach: number): string | undefined {
  const reader: Reader = { source, at: 0, depth: 0, flags: flags.filter((flag) => flag !== "m").join(""), reach };
  try {
    const { steps } = readAlternatives(reader);
    if (reader.at < source.length) return "a closing parenthesis has no opening one";
    if (steps <= mostSteps) return undefined;
    return "the pattern can match in too many ways; use fewer of .* and the like, or bound them: .{0,40}";
  } catch (error) {
    if (error instanceof TooHard) return error.message;
    throw error;
  }
}

/** The steps that may be needed at one place of a text. One loose `.*` is within, two in a row are not. */
const mostSteps = 1000;

/** A character that stands by itself seldom matches, and when it does not, what follows is not looked at. */
const characterSteps = 0.08;
const mostDepth = 10;

class TooHard extends Error {}

interface Reader {
  readonly source: string;
  at: number;
  depth: number;
  readonly flags: string;
  readonly reach: number;
}

/** A part of a pattern at one place of a text, at worst. */
interface Cost {
  steps: number;
  /** In how many ways it may match. */
  choices: number;
  /** Whether these may differ in length. */
  varies: boolean;
  /** A pattern of the one character with which it begins, where that is known and there is one. */
  first: string | undefined;
}

interface Item extends Cost {
  /** The source of a single character or class; undefined for anything longer. */
  single: string | undefined;
  least: number;
  most: number;
}

function readAlternatives(reader: Reader): Cost {
  const cost = readSequence(reader);
  while (take(reader, "|")) {
    const other = readSequence(reader);
    cost.steps += other.steps;
    cost.choices += other.choices;
    cost.varies = true;
    cost.first = cost.first === undefined || other.first === undefined ? undefined : `${cost.first}|${other.first}`;
  }
  return cost;
}

function readSequence(reader: Reader): Cost {
  const items: Item[] = [];
  while (reader.at < reader.source.length && peek(reader) !== "|" && peek(reader) !== ")") {
    items.push(readItem(reader));
  }
  let cost: Cost = { steps: 0, choices: 1, varies: false, first: undefined };
  // From the end to the front: what follows a loose repetition is tried again for each of its lengths.
  for (const [index, item] of [...items.entries()].reverse()) {
    const most = Math.min(item.most, reader.reach);
    const lengths = most - item.least + 1;
    // At the end of the whole pattern nothing can fail any more, so nothing is tried again.
    const last = reader.depth === 0 && index === items.length - 1;
    const loose = lengths > 1 && !last && !endsClearly(item, cost.first, reader);
    const ends = (loose ? lengths : 1) * item.choices;
    cost = {
      steps: most * (lengths > 1 ? Math.max(1, item.steps) : item.steps) + ends * cost.steps,
      choices: ends * cost.choices,
      varies: cost.varies || item.varies || lengths > 1,
      first: firstOf(item, cost.first),
    };
  }
  return cost;
}

/** With what a part begins when `item` stands in front of what begins with `rest`. */
function firstOf(item: Item, rest: string | undefined): string | undefined {
  if (item.most === 0) return rest;
  if (item.least > 0) return item.first;
  return item.first === undefined || rest === undefined ? undefined : `${item.first}|${rest}`;
}

/** Whether a repetition can only end in one place, because what follows cannot be a part of it. */
function endsClearly(item: Item, following: string | undefined, { flags }: Reader): boolean {
  if (item.single === undefined || following === undefined) return false;
  const one = new RegExp(`^(?:${item.single})$`, flags);
  const other = new RegExp(`^(?:${following})$`, flags);
  return !probes.some((char) => one.test(char) && other.test(char));
}

/** One character of each class that a pattern can tell apart: all of Latin-1 and some of the rest. */
const beyond = "\u017f\u2028\u2029\u3000\u4e2d\ufeff\u0130\u212a\u03a9\ud83d";
const probes: readonly string[] = Array.from({ length: 256 + beyond.length }, (_, code) =>
  code < 256 ? String.fromCharCode(code) : beyond.charAt(code - 256),
);

function readItem(reader: Reader): Item {
  const from = reader.at;
  const char = next(reader);
  if (char === "(") return repeated(readGroup(reader), undefined, reader);
  if (char === "^" || char === "$") return edge;
  if (char === "[") readClass(reader);
  else if (char === "\\" && readEscape(reader) === "edge") return edge;
  else if ("*+?{".includes(char)) throw new TooHard(`there is nothing in front of "${char}" that it could repeat`);
  const single = reader.source.slice(from, reader.at);
  return repeated({ steps: characterSteps, choices: 1, varies: false, first: single }, single, reader);
}

/** `^`, `$`, `\b`, `\B`: they take no character, and may fail. */
const edge: Item = { steps: 0, choices: 1, varies: false, first: undefined, single: undefined, least: 1, most: 1 };

function readGroup(reader: Reader): Cost {
  if (peek(reader) === "?" && !take(reader, "?:"))
    throw new TooHard("only plain and (?:…) groups are accepted, no look-around and no names");
  reader.depth += 1;
  if (reader.depth > mostDepth) throw new TooHard(`groups are nested more than ${mostDepth} deep`);
  const cost = readAlternatives(reader);
  reader.depth -= 1;
  if (!take(reader, ")")) throw new TooHard("a parenthesis is not closed");
  return cost;
}

function readClass(reader: Reader): void {
  take(reader, "^");
  while (reader.at < reader.source.length) {
    const char = next(reader);
    if (char === "]") return;
    if (char === "\\") readEscape(reader);
  }
  throw new TooHard("a bracket is not closed");
}

/** What stands behind a backslash: a character or class, or an edge, which has no width. */
function readEscape(reader: Reader): "character" | "edge" {
  const char = next(reader);
  if (char === "b" || char === "B") return "edge";
  if (/[dDwWsStnrfv]/.test(char) || /[^\w]/.test(char)) return "character";
  if (char === "x" && takeMatch(reader, /[0-9a-f]{2}/iy) !== undefined) return "character";
  if (char === "u" && takeMatch(reader, /[0-9a-f]{4}/iy) !== undefined) return "character";
  throw new TooHard(`\\${char} is not accepted; back references and properties are not, write out what is meant`);
}

/** A part with what stands behind it: `*`, `+`, `?`, `{2,5}`, each also lazy. */
function repeated(part: Cost, single: string | undefined, reader: Reader): Item {
  const [least, most] = readRepetition(reader);
  if (most > 1 && part.varies)
    throw new TooHard("a group that is repeated may hold no repetition and no | of its own; write it out");
  const endless = most === Number.POSITIVE_INFINITY;
  if (!endless && most > 1000) throw new TooHard("a repetition of more than 1000 times is not accepted");
  return { ...part, single, least, most };
}

function readRepetition(reader: Reader): [least: number, most: number] {
  const found = takeMatch(reader, /(?:([*+?])|\{(\d{1,5})(,?)(\d{0,5})\})\??/y);
  if (found === undefined) return [1, 1];
  const [, sign, least = "0", comma, most] = found;
  if (sign !== undefined) return [sign === "+" ? 1 : 0, sign === "?" ? 1 : Number.POSITIVE_INFINITY];
  if (comma === "") return [Number(least), Number(least)];
  return [Number(least), most === "" || most === undefined ? Number.POSITIVE_INFINITY : Number(most)];
}

const peek = (reader: Reader): string => reader.source.charAt(reader.at);

function next(reader: Reader): string {
  const char = peek(reader);
  if (char === "") throw new TooHard("the pattern ends in the middle of something");
  reader.at += 1;
  return char;
}

function take(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

function takeMatch(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.source);
  if (found === null) return undefined;
  reader.at += found[0].length;
  return found;
}
