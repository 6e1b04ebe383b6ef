import type { BrakeContext } from "../../../src/policy/brake/context.ts";
import type { Tier, ToolCall } from "../../../src/protocol/verdict.ts";
import { analyse } from "../../../src/policy/brake/analyse.ts";
import { decide, type Judgement } from "../../../src/policy/brake/tiers.ts";

/** A place that exists on no machine, so that no link on the disk can play a part. */
export const garden: BrakeContext = {
  tier: "default",
  workspace: "/home/mira/work/garden",
  runFolder: "/home/mira/work/garden/.cyberdeck/runs/run-1",
  cwd: "/home/mira/work/garden",
  home: "/home/mira",
  deckHome: "/home/mira/work/garden/.cyberdeck",
  realPath: (path) => path,
};

export const inTier = (tier: Tier): BrakeContext => ({ ...garden, tier });

export const call = (tool: string, input: unknown): ToolCall => ({ id: "toolu_1", tool, input });

/** What the brake says to a tool call. */
export const judgeCall = (tool: string, input: unknown, place: BrakeContext = garden): Judgement =>
  decide(analyse(call(tool, input), place), place.tier);

/** What the brake says to a shell line. */
export const judgeLine = (command: string, place: BrakeContext = garden): Judgement =>
  judgeCall("Bash", { command }, place);

/** Of these lines the ones that are allowed though they should not be. */
export const slippedThrough = (lines: readonly string[], place: BrakeContext = garden): string[] =>
  lines.filter((line) => judgeLine(line, place).verdict === "allow");

/** Of these lines the ones that are not allowed, with the reason. */
export const wronglyBlocked = (lines: readonly string[], place: BrakeContext = garden): string[] =>
  lines
    .map((line) => ({ line, judgement: judgeLine(line, place) }))
    .filter(({ judgement }) => judgement.verdict !== "allow")
    .map(({ line, judgement }) => `${line}  →  ${judgement.rule}: ${judgement.reason}`);
