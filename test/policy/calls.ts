import type { Tier, ToolCall, Verdict } from "../../src/protocol/verdict.ts";
import type { BrakeContext } from "../../src/policy/context.ts";
import { judge } from "../../src/policy/judge.ts";

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

export const line = (command: string, context: BrakeContext = garden): Verdict =>
  judge(call("Bash", { command }), context);

/** Of these lines the ones that do not get this decision, with the reason, for a readable failure. */
export const notDecided = (decision: Verdict["decision"], lines: string[], context = garden): string[] =>
  lines
    .map((text) => ({ text, verdict: line(text, context) }))
    .filter(({ verdict }) => verdict.decision !== decision)
    .map(({ text, verdict }) => `${text}  →  ${verdict.rule}: ${verdict.reason}`);
