import type { Tier } from "../../../src/protocol/verdict.ts";
import { analyse } from "../../../src/policy/brake/analyse.ts";
import { decide, type Judgement } from "../../../src/policy/brake/tiers.ts";
import { call, garden } from "../calls.ts";

/** What the judge of effects says to a shell line in a workspace that is on no disk. */
export const judgeLine = (command: string, tier: Tier = "default"): Judgement =>
  decide(analyse(call("Bash", { command }), garden), tier);

/** What it says to another tool. */
export const judgeCall = (tool: string, input: unknown, tier: Tier = "default"): Judgement =>
  decide(analyse(call(tool, input), garden), tier);

/** Of these lines the ones that are allowed though they should not be. */
export const slippedThrough = (lines: readonly string[], tier: Tier = "default"): string[] =>
  lines.filter((line) => judgeLine(line, tier).verdict === "allow");

/** Of these lines the ones that are not allowed, with the reason. */
export const wronglyBlocked = (lines: readonly string[], tier: Tier = "default"): string[] =>
  lines
    .map((line) => ({ line, judgement: judgeLine(line, tier) }))
    .filter(({ judgement }) => judgement.verdict !== "allow")
    .map(({ line, judgement }) => `${line}  →  ${judgement.rule}: ${judgement.reason}`);
