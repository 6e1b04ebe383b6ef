import type { Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import type { Refusal } from "../refusal.ts";

/** Judges the arguments of one command. */
export type CommandRule = (args: readonly Argument[], scene: Scene) => Refusal | undefined;

/** A table of commands that share a rule; names stand in one string, with spaces. */
export const sameRule = (names: string, rule: CommandRule): Record<string, CommandRule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));
