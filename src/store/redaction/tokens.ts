import { beginsWord, characters, runEnd, runStart, type Characters } from "./characters.ts";
import type { Span } from "./marker.ts";

/** A token that tells by its beginning whose it is. */
interface TokenForm {
  kind: string;
  prefix: string;
  /** What follows the prefix, and how much of it at least. A shortened token is a secret too, so this is not its full length. */
  of: Characters;
  least: number;
  /** Exactly so many characters follow. */
  exactly?: number;
  /** The prefix may stand in ordinary words: only where a word begins, and with a digit in it. */
  isCommon?: true;
}

const dashed = characters(/[\w-]/);
const letters = characters(/[A-Za-z0-9]/);
const word = characters(/\w/);
const capitals = characters(/[A-Z0-9]/);

/** Longer prefixes stand before those with which they begin. */
const forms: readonly TokenForm[] = [
  { kind: "anthropic key", prefix: "sk-ant-", of: dashed, least: 12 },
  { kind: "openai key", prefix: "sk-proj-", of: dashed, least: 16 },
  { kind: "openai key", prefix: "sk-svcacct-", of: dashed, least: 16 },
  { kind: "openai key", prefix: "sk-", of: letters, least: 32, isCommon: true },
  { kind: "github token", prefix: "github_pat_", of: word, least: 12 },
  ...["p", "o", "u", "s", "r"].map((letter) => ({
    kind: "github token",
    prefix: `gh${letter}_`,
    of: letters,
    least: 12,
  })),
  { kind: "gitlab token", prefix: "glpat-", of: dashed, least: 12 },
  { kind: "aws key", prefix: "AKIA", of: capitals, least: 16, exactly: 16, isCommon: true },
  { kind: "aws key", prefix: "ASIA", of: capitals, least: 16, exactly: 16, isCommon: true },
  ...["a", "b", "e", "o", "p", "r", "s"].map((letter) => ({
    kind: "slack token",
    prefix: `xox${letter}-`,
    of: dashed,
    least: 10,
  })),
  { kind: "slack token", prefix: "xapp-", of: dashed, least: 16, isCommon: true },
  { kind: "slack webhook", prefix: "hooks.slack.com/services/", of: characters(/[\w/]/), least: 20 },
  { kind: "google key", prefix: "AIza", of: dashed, least: 24 },
  { kind: "google token", prefix: "ya29.", of: dashed, least: 20 },
  { kind: "google secret", prefix: "GOCSPX-", of: dashed, least: 16 },
  { kind: "npm token", prefix: "npm_", of: letters, least: 24, isCommon: true },
  { kind: "pypi token", prefix: "pypi-AgE", of: dashed, least: 16 },
  { kind: "hugging face token", prefix: "hf_", of: letters, least: 24, isCommon: true },
  { kind: "stripe key", prefix: "sk_live_", of: letters, least: 12 },
  { kind: "stripe key", prefix: "rk_live_", of: letters, least: 12 },
  { kind: "sendgrid key", prefix: "SG.", of: characters(/[\w.-]/), least: 40, isCommon: true },
  { kind: "digitalocean token", prefix: "dop_v1_", of: letters, least: 24 },
  { kind: "age key", prefix: "AGE-SECRET-KEY-1", of: capitals, least: 16 },
];

const anyPrefix = new RegExp(forms.map(({ prefix }) => prefix.replaceAll(".", String.raw`\.`)).join("|"), "g");

/** Keys and tokens that are known by their beginning. All forms in one look: a look for each would cost thirty times as much. */
export function* tokens(text: string): Generator<Span> {
  /** What was walked over for a form. A prefix within it would be followed by less of the same, so it is no token either. */
  const walked = new Map<TokenForm, number>();
  const prefixes = new RegExp(anyPrefix);
  for (let match = prefixes.exec(text); match !== null; match = prefixes.exec(text)) {
    const start = match.index;
    const form = forms.find(({ prefix }) => text.startsWith(prefix, start));
    if (form === undefined || start < (walked.get(form) ?? 0)) continue;
    const { kind, prefix, of, least, exactly, isCommon } = form;
    if (isCommon === true && !beginsWord(text, start)) continue;
    const body = start + prefix.length;
    const end = runEnd(text, body, of);
    walked.set(form, end);
    const isFit = exactly === undefined ? end - body >= least : end - body === exactly;
    if (!isFit || (isCommon === true && !hasDigit(text, body, end))) continue;
    yield { start, end, kind };
    prefixes.lastIndex = end;
  }
}

function hasDigit(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (isDigit(text.charCodeAt(at))) return true;
  return false;
}

const isDigit = characters(/\d/);

/** A JSON web token: three parts with dots between, the first two of them JSON in base64. */
export function* webTokens(text: string): Generator<Span> {
  for (let start = text.indexOf("eyJ"); start !== -1;) {
    const first = runEnd(text, start, dashed);
    let end = first;
    if (first - start >= 12 && text.startsWith(".eyJ", first)) {
      end = runEnd(text, first + 1, dashed);
      // Of a shortened one, the signature may be missing.
      if (text[end] === ".") end = runEnd(text, end + 1, dashed);
      yield { start, end, kind: "web token" };
    }
    // A token that begins within the first part would go on in the same second one.
    start = text.indexOf("eyJ", end);
  }
}

/** The block of a private key, with real or escaped line ends; also what is left of one that was shortened. */
export function* privateKeys(text: string): Generator<Span> {
  const mark = /-----(BEGIN|END) (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
  let passed = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const after = match.index + match[0].length;
    const isEnd = match[1] === "END";
    const from = isEnd ? keyStart(text, match.index, passed) : after;
    const to = isEnd ? match.index : keyEnd(text, after);
    const [first, last] = keyLines(text, from, to);
    passed = isEnd ? after : to;
    mark.lastIndex = passed;
    // A mere mention of the mark is no key.
    if (first === undefined || last === undefined) continue;
    if (isEnd) yield { start: first, end: after, kind };
    else if (text.startsWith("-----END ", to)) yield { start: match.index, end: endOfMark(text, to), kind };
    else yield { start: match.index, end: last, kind };
  }
}

const kind = "private key";

/** The text of a key, its line ends and the headers above it; what closes a JSON string is none of it. */
const isKeyText = characters(/[A-Za-z0-9+/=\s\\:,.>|]/);

function keyEnd(text: string, from: number): number {
  let end = runEnd(text, from, isKeyText);
  while (isSign(text, end)) end = runEnd(text, end + 1, isKeyText);
  return end;
}

function keyStart(text: string, before: number, least: number): number {
  let start = runStart(text, before, isKeyText, least);
  while (start > least && isSign(text, start - 1)) start = runStart(text, start - 1, isKeyText, least);
  return start;
}

/** Whether a line begins here with the sign by which a diff says that it is removed. */
const isSign = (text: string, at: number): boolean =>
  text[at] === "-" &&
  (text[at - 1] === "\n" || (text[at - 1] === "n" && text[at - 2] === "\\")) &&
  (text[at + 1] !== "-" || text.startsWith("-----", at + 1));

/** Where the first line that can only be of a key begins, and the last one ends. */
function keyLines(text: string, from: number, to: number): [number | undefined, number | undefined] {
  const lines = [...text.slice(from, to).matchAll(/[A-Za-z0-9+/=]{16,}/g)];
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined || lines.every(([line]) => line.length < 32))
    return [undefined, undefined];
  return [afterEscape(text, from + first.index), from + last.index + last[0].length];
}

/** In a JSON text, the letter of an escaped line end looks like the beginning of the line: cut in two, it would be no JSON any more. */
function afterEscape(text: string, at: number): number {
  const backslashes = at - runStart(text, at, isBackslash, 0);
  if (backslashes % 2 === 0) return at;
  return at + (text[at] === "u" ? "u0000".length : 1);
}

const isBackslash = characters(/\\/);

function endOfMark(text: string, at: number): number {
  const words = runEnd(text, at + "-----".length, characters(/[A-Z0-9 ]/));
  return runEnd(text, words, characters(/-/));
}
