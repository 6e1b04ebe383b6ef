import type { BrakeContext } from "../context.ts";
import type { Effect } from "../effect.ts";

/** What is known at one point of a PowerShell text. */
export interface Script {
  context: BrakeContext;
  /** Variables with a text that follows from the line; names in lower case. */
  variables: Map<string, string>;
  /** Files that the line downloads. */
  made: Set<string>;
  /** Whether the line has left the workspace, so that plain names lie elsewhere. */
  outside: boolean;
  left: number;
  emit(effect: Effect): void;
  judge(text: string, depth: number): void;
}

/** A word after its variables are filled in. */
export interface Value {
  text: string;
  known: boolean;
}
