import type { AndOr, CommandNode, CompoundList, ParsedScript, Pipeline, Statement, SyntaxNode } from "unbash";
import type { Argument } from "../../shell/argument.ts";
import type { Scene } from "../context.ts";
import type { Input } from "../run.ts";
import type { Session, Shell } from "../session.ts";
import type { Flow } from "./flow.ts";

/** Whatever can stand where a command stands. */
export type Part = CommandNode | Pipeline | AndOr | CompoundList;

/** What is known at one point of one shell text. Every form of the grammar changes the same few facts. */
export interface Walk {
  readonly session: Session;
  readonly shell: Shell;
  readonly depth: number;
  /** Variables that nothing but numbers are given to. */
  readonly counters: ReadonlySet<string>;
  /** The nodes that the walk has come past. */
  readonly judged: Set<SyntaxNode>;
  readonly variables: Map<string, string>;
  /** Every folder in which the text has been so far. */
  readonly before: Set<string>;
  /** The functions that are being judged right now. */
  readonly active: Set<string>;
  /** How many conditions deep; at 0 it certainly runs, in this shell. */
  conditional: number;
  /** `$1`, `$2`, …; undefined where only the run will tell. */
  positional: readonly Argument[] | undefined;
  follow(node: Part, folders: readonly string[], input: Input): Flow;
  statements(list: readonly Statement[], folders: readonly string[], input: Input): Flow;
  /** What a substitution becomes, where that follows from the line. */
  substitute(script: ParsedScript, folders: readonly string[]): string | undefined;
  /** Substitutions run in a shell of their own, in the folder of the command that they stand in. */
  nested(node: SyntaxNode, folders: readonly string[]): void;
}

export const unknownPart = (walk: Walk, what: string): void => walk.session.emit({ kind: "unknown", what });

export const sceneIn = (walk: Walk, folders: readonly string[]): Scene => ({
  context: walk.session.context,
  folders,
  notes: walk.session.notes,
});

export const bodyOf = (walk: Walk, body: CompoundList, folders: readonly string[], input: Input): Flow =>
  walk.statements(body.commands, folders, input);

/** What may not happen, or happens elsewhere: variables that it changes are unknown afterwards. */
export function apart<T>(walk: Walk, action: () => T): T {
  const kept = new Map(walk.variables);
  const positional = walk.positional;
  walk.conditional += 1;
  const result = action();
  walk.conditional -= 1;
  forgetChanges(walk, kept);
  if (walk.positional !== positional) walk.positional = undefined;
  return result;
}

/** A variable is unknown from here on, as a text and as an array. */
export function forget({ variables }: Walk, name: string): void {
  variables.delete(name);
  variables.delete(arrayKey(name));
}

/** Under what name the elements of an array are kept. */
export const arrayKey = (name: string): string => `${name}[@]`;

/** What differs from an earlier state may or may not have been set. */
export function forgetChanges({ variables }: Walk, kept: ReadonlyMap<string, string>): void {
  for (const name of new Set([...kept.keys(), ...variables.keys()]))
    if (variables.get(name) !== kept.get(name)) variables.delete(name);
}
