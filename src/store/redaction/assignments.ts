import { beginsWord, characters, runEnd, type Characters } from "./characters.ts";
import type { Span } from "./marker.ts";

/**
 * What is given to a name that says secret: `PGPASSWORD=…`, `"api_key": "…"`, `--token …`. The name must be followed by its
 * value at once; every part of the patterns is bounded.
 */
export function* assignments(text: string): Generator<Span> {
  const pattern = new RegExp(assigned, "gi");
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, name = "", sign = ""] = match;
    const start = match.index + whole.length;
    if (bookmark.test(text.slice(Math.max(0, match.index - 24), match.index))) continue;
    const isTight = sign === "=" && !/\s/.test(whole);
    const found = valueAt(text, start, { isPassword: isPasswordName.test(name), isTight, isArrow: sign === "=>" });
    if (found === undefined) continue;
    yield found;
    pattern.lastIndex = found.end;
  }
  for (const match of text.matchAll(option)) {
    const rule = { isPassword: isPasswordName.test(match[0]), isTight: true, isArrow: false };
    const found = valueAt(text, match.index + match[0].length, rule);
    if (found !== undefined && text[found.start] !== "-") yield found;
  }
}

const secretNames = String.raw`(?:api|access|auth|private|account|client)[_-]?key|secret(?:[_-]?(?:access[_-]?)?key)?|pass(?:word|wd|phrase)|token|credential`;

const assigned = String.raw`(${secretNames})["'\\]{0,4}[ \t]{0,3}(=>|:=|=|:)[ \t]{0,3}`;

const option =
  /--(?:[a-z]{1,12}-){0,2}(?:password|passwd|passphrase|token|secret|(?:api|access|secret)-key)[ \t]{1,3}/gi;

const isPasswordName = /pass/i;

/** Words in front of "token" that make it a place in a list, and no key. */
const bookmark = /(?:next|page|continuation|sync|csrf|xsrf|resume|cancel\w{0,6}|pagination)[_-]?(?:page)?[_-]?$/i;

interface ValueRule {
  isPassword: boolean;
  /** As a shell would have it, without white space: then the value is what follows, whatever it looks like. */
  isTight: boolean;
  /** `=>` is also the arrow of a function, unless a text in quotes follows. */
  isArrow: boolean;
}

function valueAt(text: string, start: number, rule: ValueRule): Span | undefined {
  const kind = rule.isPassword ? "password" : "secret";
  const quote = /^\\{0,3}["'`]/.exec(text.slice(start, start + 4))?.[0];
  if (quote !== undefined) {
    const from = start + quote.length;
    const end = closing(text, from, quote);
    if (end === undefined || !isSecretText(text.slice(from, end), rule.isPassword)) return undefined;
    return { start: from, end, kind };
  }
  if (rule.isArrow) return undefined;
  const value = text.slice(start, shortRun(text, start, isBare));
  const next = text[start + value.length];
  // A call, or a part of an object: code, not a value.
  if (value === "" || next === "(" || next === "[" || isCode.test(value)) return undefined;
  // `token= run=/somewhere`: nothing is given to the first name.
  if (!rule.isTight && anotherName.test(value)) return undefined;
  const isSecret = rule.isTight && rule.isPassword ? isFree(value) : isSecretText(value, false);
  const isShort = rule.isPassword && value.length >= 6 && isMixed(value) && isFree(value);
  // What is found is passed over, so its whole length is walked once.
  return isSecret || isShort ? { start, end: runEnd(text, start, isBare), kind } : undefined;
}

/** Where a run ends, or where it has become too long to tell anything by it. */
const shortRun = (text: string, start: number, is: Characters): number =>
  start + runEnd(text.slice(start, start + 100), 0, is);

/** The longest value in quotes, a longer one is a text. */
const longest = 400;

/** Where a text in quotes ends on its line; undefined when it does not, or is no single word. */
function closing(text: string, from: number, quote: string): number | undefined {
  const end = text.slice(from, from + longest).indexOf(quote);
  return end === -1 || /\s/.test(text.slice(from, from + end)) ? undefined : from + end;
}

/** What a value without quotes is made of. */
const isBare = characters(/[\w!#%*+./:=?@^~$-]/);

/** A member of an object, a path, a variable or the second half of `==`. */
const isCode = /^(?:[A-Za-z_$][\w$]*(?:\?|\.[A-Za-z_$][\w$]*)+|[A-Za-z]?\.{0,2}\/.*|=.*|\$.*|%.*)$/;

const anotherName = /^[A-Za-z_]\w{0,40}=[^=]/;

const isFree = (value: string): boolean => value.length >= 3 && !placeholder.test(value);

function isSecretText(value: string, isPassword: boolean): boolean {
  if (placeholder.test(value)) return false;
  return isPassword ? value.length >= 4 : value.length >= 12 && isMixed(value) && longestPart(value) >= 8;
}

/** Names, paths and words have separators; what was drawn has long parts with digits in them. */
const longestPart = (value: string): number =>
  Math.max(...value.split(/[._~/:-]/).map((part) => (/\d/.test(part) ? part.length : 0)));

const isMixed = (value: string): boolean => /\d/.test(value) && /[A-Za-z]/.test(value);

/** What stands for a value in documentation, templates and code, and what was redacted before. */
const placeholder =
  /^(?:[$<{%[*]|\.{3}|(?:password|passwd|passphrase|token|secret|string|text|hidden|true|false|null|none|undefined|required|optional|unknown|number|boolean|object|any|redacted)$)|\$\{|\{\{|^(?:x+|\*+|\.+)$/i;

/** What follows `Authorization:` and `Bearer`, and the password of `curl --user name:password`. */
export function* authorizations(text: string): Generator<Span> {
  for (const match of text.matchAll(
    /\b(?:authorization["'\\]{0,4}[ \t]{0,3}[:=][ \t]{0,3}["'\\]{0,4}(?:basic|token|bearer)|bearer)[ \t]{1,3}/gi,
  )) {
    const start = match.index + match[0].length;
    const end = runEnd(text, start, isTokenText);
    const isNamed = match[0].length > "bearer   ".length;
    if (end - start >= (isNamed ? 6 : 16) && (isNamed || /\d/.test(text.slice(start, Math.min(end, start + longest)))))
      yield { start, end, kind: "authorization" };
  }
  for (const match of text.matchAll(/(?:-u|--user)[ =]{1,2}["'\\]{0,4}[\w.@-]{1,60}:/g)) {
    const start = match.index + match[0].length;
    const end = shortRun(text, start, isBare);
    if (beginsWord(text, match.index) && end - start >= 3 && !placeholder.test(text.slice(start, start + longest)))
      yield { start, end, kind: "password" };
  }
}

const isTokenText = characters(/[\w.~+/=-]/);

/** The password of `scheme://user:password@host`. */
export function* urlPasswords(text: string): Generator<Span> {
  for (let at = text.indexOf("://"); at !== -1;) {
    const from = at + "://".length;
    const user = runEnd(text, from, isUser);
    let end = user;
    if (text[user] === ":") {
      end = runEnd(text, user + 1, isUrlPassword);
      const value = text.slice(user + 1, Math.min(end, user + longest));
      if (text[end] === "@" && value !== "" && !placeholder.test(value))
        yield { start: user + 1, end, kind: "password" };
    }
    at = text.indexOf("://", end);
  }
}

const isUser = characters(/[\w.~%!$&'*+,;=-]/);
const isUrlPassword = characters(/[\w.~%!$&'*+,;=:#?-]/);
