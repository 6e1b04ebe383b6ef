import type { Word, WordPart } from "unbash";
import { anyOne, anyText } from "./shape.ts";

/** A word of a shell line, as far as it can be known without running anything. */
export interface Argument {
  /** `known`: exactly this text. `pattern`: names that a glob matches. `unknown`: only the run will tell. */
  kind: "known" | "pattern" | "unknown";
  /** The decoded text; wildcards and expansions stand in it as they were written. */
  text: string;
  /** The decoded text in front of the first wildcard or expansion. */
  prefix: string;
  /** The text with a mark for each wildcard; see `shape.ts`. */
  shape: string;
  /** False when it may become several words: a glob, or an expansion without quotes. */
  single: boolean;
}

/** What follows about variables from the call and from the line. */
export interface VariableTable {
  valueOf(name: string): string | undefined;
  /** What another expansion becomes, where that is known. */
  expand(part: WordPart): string | undefined;
  /** Names that only numbers are given to: without quotes they are still one word. */
  counters: ReadonlySet<string>;
}

/** What a word of the line stands for. */
export function toArgument(word: Word, variables: VariableTable, home: string): Argument {
  const pieces =
    word.parts === undefined ? [literal(word.value)] : word.parts.flatMap((part) => piecesOf(part, variables));
  return join(withTilde(pieces, word, home));
}

/** An argument whose text is known: for the tails of options. */
export const knownArgument = (text: string): Argument => join([literal(text)]);

interface Piece {
  kind: Argument["kind"];
  text: string;
  shape: string;
  single: boolean;
}

function piecesOf(part: WordPart, variables: VariableTable): Piece[] {
  if (part.type !== "DoubleQuoted" && part.type !== "LocaleString") return [pieceOf(part, variables)];
  // "$@" is several words in spite of its quotes.
  return part.parts.map((child) => ({ ...pieceOf(child, variables), single: !/^\$\{?[@\w]*\[?@/.test(child.text) }));
}

function pieceOf(part: WordPart, variables: VariableTable): Piece {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return literal(part.value);
    case "Glob":
      return { kind: "pattern", text: part.text, shape: part.kind === "star" ? anyText : anyOne, single: false };
    case "SimpleExpansion":
      return variable(part.text, part.text.slice(1), variables);
    case "ParameterExpansion": {
      const plain = part.prefix === undefined && part.index === undefined && part.operation === undefined;
      if (part.prefix === "#" && part.operation === undefined) return number(part.text);
      return plain ? variable(part.text, part.parameter, variables) : expansion(part.text, variables.expand(part));
    }
    case "ProcessSubstitution":
      return literal("/dev/fd/63");
    case "ArithmeticExpansion":
      return number(part.text);
    case "CommandExpansion":
      return expansion(part.text, variables.expand(part));
    case "ExtendedGlob":
    case "BraceExpansion":
      return expansion(part.text, undefined);
    case "DoubleQuoted":
    case "LocaleString":
    default:
      return expansion(part.text, undefined);
  }
}

const literal = (text: string): Piece => ({ kind: "known", text, shape: text, single: true });

function variable(source: string, name: string, table: VariableTable): Piece {
  const value = table.valueOf(name);
  if (value === undefined && (counted.test(name) || table.counters.has(name))) return number(source);
  return expansion(source, value);
}

/** Variables of the shell that are numbers, whatever happens. */
const counted = /^(?:[$#?!]|RANDOM|SECONDS|EPOCHSECONDS|UID|EUID|PPID|LINENO|BASHPID)$/;

/** Digits that only the run will tell. */
const number = (source: string): Piece => ({ kind: "pattern", text: source, shape: anyText, single: true });

const expansion = (source: string, value: string | undefined): Piece =>
  value === undefined ? { kind: "unknown", text: source, shape: "", single: false } : literal(value);

function merge(pieces: Piece[]): Piece {
  return {
    kind: worst(pieces),
    text: pieces.map((piece) => piece.text).join(""),
    shape: pieces.map((piece) => piece.shape).join(""),
    single: pieces.every((piece) => piece.single),
  };
}

const worst = (pieces: Piece[]): Argument["kind"] =>
  pieces.some((piece) => piece.kind === "unknown")
    ? "unknown"
    : pieces.some((piece) => piece.kind === "pattern")
      ? "pattern"
      : "known";

function join(pieces: Piece[]): Argument {
  const dynamic = pieces.findIndex((piece) => piece.kind !== "known");
  const lead = dynamic === -1 ? pieces : pieces.slice(0, dynamic);
  return { ...merge(pieces), prefix: lead.map((piece) => piece.text).join("") };
}

/** An unquoted `~` at the start is the home; `~name`, `~+` and `~-` are places that the brake does not know. */
function withTilde(pieces: Piece[], word: Word, home: string): Piece[] {
  const first = pieces[0];
  if (!word.text.startsWith("~") || first === undefined) return pieces;
  if (/^~(?:\/|$)/.test(word.text) && /^~(?:\/|$)/.test(first.text))
    return [literal(home + first.text.slice(1)), ...pieces.slice(1)];
  return [expansion(first.text, undefined), ...pieces.slice(1)];
}
