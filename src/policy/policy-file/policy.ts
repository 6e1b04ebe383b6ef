import type { Tier } from "../../protocol/verdict.ts";
import type { TierRule } from "../brake/tiers.ts";

/** A rule and where it stands. */
export interface RuleInForce extends TierRule {
  /** The line of the policy file that gave or changed it; absent for a rule as it was shipped. */
  line?: number;
}

export type Rules = Record<Tier, readonly RuleInForce[]>;

export type ListVerdict = TierRule["verdict"];

/** A command of a list: the program and the words that follow it. */
export interface ListedCommand {
  verdict: ListVerdict;
  words: readonly string[];
  /** Whatever may follow the words. Always so for what is held or denied. */
  open: boolean;
}

/** A tool of a list by its name, or by the beginning of it. */
export interface ListedTool {
  verdict: ListVerdict;
  name: string;
  open: boolean;
}

export interface ListedHost {
  verdict: "allow" | "deny";
  /** As `URL` spells it. */
  host: string;
  /** Also every host below it. */
  below: boolean;
  /** Undefined: on every port. */
  port: string | undefined;
}

/** A path as the netrunner wrote it: absolute, below `~`, or seen from the workspace. */
export interface ListedFolder {
  text: string;
  line: number;
}

/** What a policy file says, wherever it is applied. */
export interface Policy {
  rules: Rules;
  commands: readonly ListedCommand[];
  tools: readonly ListedTool[];
  hosts: readonly ListedHost[];
  writable: readonly ListedFolder[];
  protected: readonly ListedFolder[];
}

/** A policy applied to one place: its paths are absolute. */
export interface PlacePolicy extends Omit<Policy, "writable" | "protected"> {
  /** Folders besides the workspace in which files may be changed. */
  writable: readonly string[];
  /** Files and folders that stay as they are. */
  protected: readonly string[];
}

/** What is wrong with a policy file. */
export interface PolicyProblem {
  line: number;
  message: string;
  /** What to do about it. */
  hint: string;
}
