import { join } from "node:path";

/** The badly behaved agents (and two good ones). What each does is said at the top of its file. */
export const cabinetNames = [
  "polite",
  "megabyte-line",
  "hundred-megabyte-line",
  "result-without-eof",
  "eof-without-result",
  "liar",
  "stubborn",
  "stderr-flood",
  "escapee",
  "escapee-bare",
  "dies-at-once",
  "mute",
  "immovable",
  "half-line",
  "flapper",
  "heedless",
  "stalling",
  "evasive",
  "unheeding",
  "runner",
] as const;
export type CabinetName = (typeof cabinetNames)[number];

/** The path of an executable that can stand in for `claude` (`pathToClaudeCodeExecutable`). */
export const cabinet = (name: CabinetName): string => join(import.meta.dirname, `${name}.mjs`);
