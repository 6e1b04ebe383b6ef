import type { BrakeContext, Notes } from "../context.ts";
import type { Effect } from "./effect.ts";
import type { Input } from "./run.ts";

/** What all shells of one call share. */
export interface Session {
  context: BrakeContext;
  notes: Notes;
  made: Set<string>;
  links: Map<string, string>;
  functions: Set<string>;

  left: number;
  emit(effect: Effect): void;
  /** Judges one more shell text. */
  script(text: string, at: Surroundings): void;
}

/** Where and how deep a shell text runs, what it knows, and what it reads. */
export interface Surroundings {
  folders: readonly string[];
  depth: number;
  input: Input;
  variables?: ReadonlyMap<string, string>;
}
