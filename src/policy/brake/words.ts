import type { Word, WordPart } from "unbash";
import { knownArgument, toArgument, type Argument } from "../argument.ts";

/** Variables whose value follows from the line or the call. */
export type Variables = ReadonlyMap<string, string>;

/** A brace expansion with more words than this is not expanded. */
const mostWords = 64;

/** The arguments that a word of the line becomes: braces make several, so does a value with blanks that is not quoted. */
export function argumentsOf(word: Word, variables: Variables, home: string, counters: ReadonlySet<string>): Argument[] {
  const braces = expandBraces(word);
  if (braces !== undefined) return braces;
  const bare = (word.parts ?? []).flatMap((part) => bareVariable(part, variables));
  const splitting = bare.filter(({ value }) => /[\s*?[\]\\~]/.test(value) || value === "");
  const only = splitting[0];
  if (only !== undefined && word.parts?.length === 1 && !/[*?[\]\\~]/.test(only.value))
    return only.value
      .split(/\s+/)
      .filter((text) => text !== "")
      .map(knownArgument);
  const hidden = new Set(splitting.map(({ name }) => name));
  const values = Object.fromEntries([...variables].filter(([name]) => !hidden.has(name)));
  return [toArgument(word, { values, counters }, home)];
}

function bareVariable(part: WordPart, variables: Variables): { name: string; value: string }[] {
  const name =
    part.type === "SimpleExpansion"
      ? part.text.slice(1)
      : part.type === "ParameterExpansion" && part.operation === undefined
        ? part.parameter
        : undefined;
  const value = name === undefined ? undefined : variables.get(name);
  return name === undefined || value === undefined ? [] : [{ name, value }];
}

/** `{a,b}` and `{1..3}` among plain text; anything richer stays unknown. */
function expandBraces(word: Word): Argument[] | undefined {
  const parts = word.parts ?? [];
  if (!parts.some((part) => part.type === "BraceExpansion")) return undefined;
  let texts = [""];
  for (const part of parts) {
    const choices =
      part.type === "Literal" || part.type === "SingleQuoted"
        ? [part.value]
        : part.type === "BraceExpansion"
          ? choicesOf(part.text)
          : undefined;
    if (choices === undefined || choices.length * texts.length > mostWords) return undefined;
    texts = texts.flatMap((text) => choices.map((choice) => text + choice));
  }
  return word.text.startsWith("~") ? undefined : texts.filter((text) => text !== "").map(knownArgument);
}

function choicesOf(text: string): string[] | undefined {
  const range = /^\{(\d{1,4})\.\.(\d{1,4})\}$/.exec(text);
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (to < from || to - from >= mostWords || /^0\d/.test(range[1] ?? "")) return undefined;
    return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  }
  return /^\{[\w./@+ ,:-]*,[\w./@+,:-]*\}$/.test(text) ? text.slice(1, -1).split(",") : undefined;
}
