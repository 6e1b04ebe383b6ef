import { assignments, authorizations, urlPasswords } from "./assignments.ts";
import { keepingJson } from "./json-text.ts";
import { marker, type Finder, type Span } from "./marker.ts";
import { privateKeys, tokens, webTokens } from "./tokens.ts";
import { leastSecret, valueFinders } from "./values.ts";

/** Takes secrets out of what is about to be written. Each is replaced by a word on what kind it was. */
export interface Redactor {
  /** Of a text; also of a JSON text, which stays one. */
  text: (text: string) => string;
  /**
   * Of all texts in a value, which is returned itself when it has none. Names and ids of the record stay.
   * @param keepWords leaves short words alone as well
   */
  value: <T>(value: T, keepWords?: boolean) => T;
  /** From now on these values are secret, too. Gives how many are known; one too many takes the place of the one that was learnt first. */
  learn: (values: readonly string[]) => number;
}

/** So many values are learnt at most: each is looked for in all that is written. */
export const mostLearnt = 1000;

/** @param values that are secret whatever they look like; they are kept in memory alone */
export function redactor(values: readonly string[] = []): Redactor {
  let learnt: string[] = [];
  let finders: readonly Finder[] = [];
  const learn = (more: readonly string[]): number => {
    const known = new Set([...values, ...learnt]);
    const added = new Set(more.filter((value) => value.length >= leastSecret && !known.has(value)));
    if (added.size === 0 && finders.length > 0) return known.size;
    learnt = [...learnt, ...added].slice(-mostLearnt);
    const all = [...new Set([...values, ...learnt])];
    // Where two find the same, the first one has its name.
    finders = [privateKeys, tokens, webTokens, ...valueFinders(all), ...forms];
    return all.length;
  };
  learn([]);
  const text = (from: string): string =>
    from.length < leastSecret ? from : keepingJson(from, (part) => without(part, finders));
  return {
    text,
    learn,
    value: (value, keepWords = false) =>
      // Only texts are replaced, by texts.
      walked(value, (from) => (keepWords && isWord.test(from) ? from : text(from))) as typeof value,
  };
}

const forms: readonly Finder[] = [authorizations, assignments, urlPasswords];

const isWord = /^[\w.:-]{0,40}$/;

function without(text: string, finders: readonly Finder[]): string {
  const spans = finders.flatMap((find, rank) => Array.from(find(text), (span) => ({ ...span, rank })));
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let written = 0;
  for (const { start, end, kind } of merged(spans)) {
    parts.push(text.slice(written, start), marker(kind));
    written = end;
  }
  return parts.join("") + text.slice(written);
}

/** Spans that overlap become one, which bears the name of the most certain of them. */
function merged(spans: (Span & { rank: number })[]): Span[] {
  const whole: (Span & { rank: number })[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start || one.rank - other.rank)) {
    const last = whole.at(-1);
    if (last === undefined || span.start >= last.end) {
      whole.push({ ...span });
      continue;
    }
    last.end = Math.max(last.end, span.end);
    if (span.rank < last.rank) Object.assign(last, { kind: span.kind, rank: span.rank });
  }
  return whole;
}

/** The value with its texts replaced; a part without a change is the same one. */
function walked(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => walked(item, replace));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== "object" || value === null) return value;
  let changed: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const next = typeof item === "string" && structural.has(key) ? item : walked(item, replace);
    if (next !== item) (changed ??= { ...value })[key] = next;
  }
  return changed ?? value;
}

/** Fields that hold ids, names of ours, and the places that a resume must find again. */
const structural = new Set(
  (
    "run construct daemon agent author spare call hold item id parent successor session_id sessionId resumed version sha256 " +
    "kind status state decision role origin model effort severity consequence mode workspace folder transcript type"
  ).split(" "),
);
