/** A piece of a PowerShell line. */
export type Token =
  /** A bare word, or a word made of several pieces; `known` is false where only the run will tell what it is. */
  | { kind: "word"; text: string; known: boolean; bare: boolean; inner: string[] }
  /** `{ … }`, with what stands inside. */
  | { kind: "block"; text: string }
  /** `( … )`, `$( … )`, `@( … )` or `@{ … }`, with what stands inside and the members that follow. */
  | { kind: "group"; text: string; after: string; hash: boolean }
  | { kind: "operator"; text: string };

/** The longest line that is judged, in characters. */
const longest = 32_768;

/**
 * Cuts a PowerShell line into tokens: quotes, here-strings, comments and brackets are told apart, nothing is evaluated.
 * Undefined where something does not close, or where an escape hides a letter.
 */
export function tokensOf(line: string): Token[] | undefined {
  if (line.length > longest || /[^\P{Cc}\n\r\t]/u.test(line)) return undefined;
  const text = line.replaceAll("\r", "");
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const letter = text.charAt(at);
    if (letter === "`" && text.charAt(at + 1) === "\n") at += 2;
    else if (letter === "\n" || letter === ";") {
      tokens.push({ kind: "operator", text: ";" });
      at += 1;
    } else if (/\s/.test(letter)) at += 1;
    else if (letter === "#") at = endOf(text, at, "\n");
    else if (rest === "<#") at = endOf(text, at, "#>") + 2;
    else {
      const taken = take(text, at);
      if (taken === undefined) return undefined;
      tokens.push(taken.token);
      at = taken.end;
    }
  }
  return tokens;
}

interface Taken {
  token: Token;
  end: number;
}

function take(text: string, at: number): Taken | undefined {
  const letter = text.charAt(at);
  const operator = /^(?:&&|\|\||[*1-6]?>>?(?:&1)?|[|&,])/.exec(text.slice(at, at + 5));
  if (operator !== null) return { token: { kind: "operator", text: operator[0] }, end: at + operator[0].length };
  if (letter === "{") {
    const end = closing(text, at);
    return end === undefined ? undefined : { token: { kind: "block", text: text.slice(at + 1, end) }, end: end + 1 };
  }
  const group = /^(?:[$@]?\(|@\{)/.exec(text.slice(at, at + 2));
  if (group !== null) {
    const open = at + group[0].length - 1;
    const end = closing(text, open);
    if (end === undefined) return undefined;
    const after = /^(?:\.\w+(?:\(\s*\))?|\[\s*-?\d+\s*\])*/.exec(text.slice(end + 1))?.[0] ?? "";
    const inner = text.slice(open + 1, end);
    return { token: { kind: "group", text: inner, after, hash: group[0] === "@{" }, end: end + 1 + after.length };
  }
  return word(text, at);
}

function word(text: string, from: number): Taken | undefined {
  let at = from;
  let value = "";
  let known = true;
  const inner: string[] = [];
  const bare = !/["'@$]/.test(text.charAt(from));
  while (at < text.length && !/[\s;,|&){}]/.test(text.charAt(at))) {
    const letter = text.charAt(at);
    if (/^@["']\n/.test(text.slice(at, at + 3))) {
      const mark = text.charAt(at + 1);
      const end = text.indexOf(`\n${mark}@`, at + 2);
      if (end === -1) return undefined;
      value += text.slice(at + 3, Math.max(at + 3, end));
      if (mark === '"') inner.push(...nestedIn(text.slice(at + 3, end)));
      at = end + 3;
    } else if (letter === "'") {
      const end = /^'(?:[^']|'')*'/.exec(text.slice(at))?.[0];
      if (end === undefined) return undefined;
      value += end.slice(1, -1).replaceAll("''", "'");
      at += end.length;
    } else if (letter === '"') {
      const end = stringEnd(text, at);
      if (end === undefined) return undefined;
      const content = text.slice(at + 1, end);
      inner.push(...nestedIn(content));
      if (/\$/.test(content.replaceAll(/`./g, ""))) known = false;
      value += content.replaceAll(/`(.)/g, "$1");
      at = end + 1;
    } else if (letter === "(" || (letter === "$" && text.charAt(at + 1) === "(")) {
      const open = letter === "(" ? at : at + 1;
      const end = closing(text, open);
      if (end === undefined) return undefined;
      inner.push(text.slice(open + 1, end));
      value += text.slice(at, end + 1);
      known = false;
      at = end + 1;
    } else if (letter === "`") {
      if (/[0abefnrtuv\n]/.test(text.charAt(at + 1))) return undefined;
      value += text.charAt(at + 1);
      at += 2;
    } else {
      if (letter === "$") known = false;
      value += letter;
      at += 1;
    }
  }
  return { token: { kind: "word", text: value, known, bare, inner }, end: Math.max(at, from + 1) };
}

/** The scripts that a string in double quotes would run. */
function nestedIn(content: string): string[] {
  const found: string[] = [];
  for (let at = content.indexOf("$("); at !== -1; at = content.indexOf("$(", at + 2)) {
    const end = closing(content, at + 1);
    found.push(end === undefined ? "&" : content.slice(at + 2, end));
  }
  return found;
}

function endOf(text: string, from: number, mark: string): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end;
}

/** The end of a string in double quotes; scripts in it may hold quotes of their own. */
function stringEnd(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "`") at += 1;
    else if (letter === '"') return at;
    else if (letter === "$" && text.charAt(at + 1) === "(") {
      const end = closing(text, at + 1);
      if (end === undefined) return undefined;
      at = end;
    }
  }
  return undefined;
}

/** Where the bracket at `open` closes, quotes respected. */
function closing(text: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (/[({[]/.test(letter)) depth += 1;
    else if (/[)}\]]/.test(letter)) {
      depth -= 1;
      if (depth === 0) return at;
    } else if (letter === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) return undefined;
      at = end;
    } else if (letter === '"') {
      const end = stringEnd(text, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (letter === "`") at += 1;
  }
  return undefined;
}
