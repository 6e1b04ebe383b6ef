import { analyse } from "../../policy/brake/analyse.ts";
import type { Effect } from "../../policy/brake/effect.ts";
import { decide } from "../../policy/brake/tiers.ts";
import type { Judgement, Tier, ToolCall } from "../../protocol/verdict.ts";
import { realPath } from "./real-path.ts";

/** What the brake says to a call, and what it thinks that the call would do. */
export interface Judged extends Judgement {
  effects: readonly Effect[];
}

export type Judge = (call: ToolCall) => Judged;

/** Where constructs work and what is kept from them. All paths absolute. */
export interface Place {
  /** The tier in force, asked at each call: a change holds from the next call on. */
  tier: () => Tier;
  workspace: string;
  runFolder: string;
  /** The deck's own folder. */
  deckHome: string;
  /** HOME of the agents: what `~` means in their shells. */
  agentHome: string;
}

/** The brake for the constructs of one run. */
export function judgeFor({ tier, workspace, runFolder, deckHome, agentHome }: Place): Judge {
  const around = { workspace, runFolder, deckHome, home: agentHome, cwd: workspace, realPath };
  return (call) => {
    const inForce = tier();
    const { verdict, rule, reason, effects } = decide(analyse(call, { ...around, tier: inForce }), inForce);
    return { decision: verdict, rule, reason, effects };
  };
}
