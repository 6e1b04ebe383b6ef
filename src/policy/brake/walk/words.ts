import type { Word, WordPart } from "unbash";
import { knownArgument, toArgument, type Argument } from "../../shell/argument.ts";
import { mention } from "../../shell/mention.ts";
import { operated } from "./parameter.ts";
import { arrayKey, sceneIn, unknownPart, type Walk } from "./state.ts";

/** A brace expansion with more words than this is not expanded. */
const mostWords = 64;

/** The arguments that words become where they stand; what they name is remembered. */
export function words(walk: Walk, items: readonly Word[], folders: readonly string[]): Argument[] {
  if (walk.session.left <= 0) return [];
  const args = wordsOf(walk, items, folders);
  // Each word may be a path that is looked up on the disk, in every folder.
  walk.session.left -= (args.length * folders.length) / 2;
  if (walk.session.left <= 0) unknownPart(walk, "too many words in one call");
  for (const arg of args) mention(arg, sceneIn(walk, folders));
  return args;
}

/** The same without a trace. */
export function wordsOf(walk: Walk, items: readonly Word[], folders: readonly string[]): Argument[] {
  const only = folders.length === 1 ? folders[0] : undefined;
  if (only === undefined) walk.variables.delete("PWD");
  else walk.variables.set("PWD", only);
  return items.flatMap((word) => argumentsOf(walk, word, folders));
}

/** Braces make several arguments, so does a value with blanks that is not quoted, and so does `"$@"`. */
function argumentsOf(walk: Walk, word: Word, folders: readonly string[]): readonly Argument[] {
  if (word.parts === undefined) return [toArgument(word, plainTable, walk.session.context.home)];
  if (walk.positional !== undefined && /^"?\$(?:[@*]|\{[@*]\})"?$/.test(word.text)) return walk.positional;
  const array = /^"?\$\{(\w+)\[[@*]\]\}"?$/.exec(word.text)?.[1];
  const elements = array === undefined ? undefined : walk.variables.get(arrayKey(array));
  if (elements !== undefined) return elements.split("\0").map(knownArgument);
  const braces = expandBraces(word);
  if (braces !== undefined) return braces;
  const valueOf = (name: string): string | undefined => walk.variables.get(name) ?? positionalOf(walk, name);
  const bare = word.parts.flatMap((part) => bareVariable(part, valueOf));
  const splitting = bare.filter(({ value }) => /[\s*?[\]\\~]/.test(value) || value === "");
  const only = splitting[0];
  if (only !== undefined && word.parts.length === 1 && !/[*?[\]\\~]/.test(only.value))
    return only.value
      .split(/\s+/)
      .filter((text) => text !== "")
      .map(knownArgument);
  const hidden = new Set(splitting.map(({ name }) => name));
  const table = {
    valueOf: (name: string) => (hidden.has(name) ? undefined : valueOf(name)),
    counters: walk.counters,
    expand: (part: WordPart) => expanded(walk, part, folders, valueOf),
  };
  return [toArgument(word, table, walk.session.context.home)];
}

const plainTable = { valueOf: () => undefined, counters: new Set<string>(), expand: () => undefined };

function positionalOf(walk: Walk, name: string): string | undefined {
  if (walk.positional === undefined || !/^[1-9]\d?$/.test(name)) return undefined;
  const arg = walk.positional[Number(name) - 1];
  return arg?.kind === "known" ? arg.text : undefined;
}

/** What an expansion becomes, if that follows from the line. Without quotes, a blank would make several words of it. */
function expanded(
  walk: Walk,
  part: WordPart,
  folders: readonly string[],
  valueOf: (name: string) => string | undefined,
): string | undefined {
  if (part.type === "CommandExpansion")
    return part.script === undefined ? undefined : safe(walk.substitute(part.script, folders));
  if (part.type !== "ParameterExpansion" || part.prefix !== undefined || part.index !== undefined) return undefined;
  return safe(operated(part, valueOf(part.parameter)));
}

const safe = (text: string | undefined): string | undefined =>
  text === undefined || text === "" || /[\s*?[\]\\~]/.test(text) ? undefined : text;

function bareVariable(
  part: WordPart,
  valueOf: (name: string) => string | undefined,
): { name: string; value: string }[] {
  const name =
    part.type === "SimpleExpansion"
      ? part.text.slice(1)
      : part.type === "ParameterExpansion" && part.operation === undefined
        ? part.parameter
        : undefined;
  const value = name === undefined ? undefined : valueOf(name);
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
