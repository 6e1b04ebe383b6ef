import type { CommandNode, CompoundList, SyntaxNode } from "unbash";
import type { Argument } from "../shell/argument.ts";
import type { BrakeContext, Notes } from "./context.ts";
import type { Effect } from "./effect.ts";
import type { Contents, Input } from "./run.ts";

/** What all shells of one call share. */
export interface Session {
  context: BrakeContext;
  notes: Notes;
  /** Files that the line has written, so that running them is running unseen code. */
  made: Set<string>;
  /** What such files hold, where the line shows it: every text that it may have written there. */
  contents: Map<string, Contents>;
  /** Whether the line has fetched or decoded anything so far. */
  fetched: boolean;
  /** Whether the line has listed all processes so far. */
  listsProcesses: boolean;
  /** Programs that a compiler makes of the project's own code. */
  compiled: Set<string>;
  links: Map<string, string>;
  /** What the parts of the line may set, so that nested loops are searched only once. */
  assigned: Map<SyntaxNode, Assigned>;
  /** How much more may be judged; each command and each word costs. */
  left: number;
  emit(effect: Effect): void;
  /** Judges shell text of the project's own: only what is certainly dangerous counts. */
  project(text: string, folders: readonly string[]): void;
  /** Judges one more shell text. */
  script(text: string, at: Surroundings): void;
}

/** The variables that a part of the line may set, and whether it may change `$1` and its kin. */
export interface Assigned {
  names: ReadonlySet<string>;
  shifts: boolean;
}

/** What one shell, with everything that it evaluates itself, has defined. */
export interface Shell {
  functions: Map<string, Definition>;
  aliases: Map<string, string>;
  /** Texts that run at the end or on a signal, with the variables of when they were set. */
  traps: { text: string; variables: ReadonlyMap<string, string> }[];
  /** Variables that got another value after a trap was set. */
  unsteady: Set<string>;
}

/** The bodies of a function: several where it may be defined in more than one way. */
export interface Definition {
  bodies: (CommandNode | CompoundList)[];
  /** Whether the name can mean nothing else any more. */
  certain: boolean;
  called: boolean;
}

export const newShell = (): Shell => ({ functions: new Map(), aliases: new Map(), traps: [], unsteady: new Set() });

/** Where and how deep a shell text runs, what it knows, and what it reads. */
export interface Surroundings {
  folders: readonly string[];
  depth: number;
  input: Input;
  /** The shell that evaluates this text; undefined for a shell of its own. */
  shell: Shell | undefined;
  /** Functions that are being judged further out. */
  active: ReadonlySet<string>;
  positional: readonly Argument[] | undefined;
  variables?: ReadonlyMap<string, string>;
}
