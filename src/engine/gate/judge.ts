import type { PluginBridge } from "../../policy/brake/context.ts";
import type { Effect } from "../../policy/brake/effect.ts";
import { judge } from "../../policy/brake/judge.ts";
import type { PlacePolicy } from "../../policy/policy-file/policy.ts";
import type { Judgement, Tier, ToolCall } from "../../protocol/verdict.ts";
import { readText } from "./read-text.ts";
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
  /** Numbers of processes that no construct may signal. */
  keptProcesses?: () => readonly number[];
  /** How constructs call plugins. */
  plugins?: PluginBridge;
  /** What the netrunner's policy file says now, asked at each call; without it the shipped tiers are in force. */
  policy?: () => PlacePolicy;
}

/** The brake for the constructs of one run. */
export function judgeFor({
  tier,
  workspace,
  runFolder,
  deckHome,
  agentHome,
  policy,
  keptProcesses,
  plugins,
}: Place): Judge {
  const around = {
    workspace,
    runFolder,
    deckHome,
    home: agentHome,
    cwd: workspace,
    realPath,
    readText,
    ...(plugins && { plugins }),
  };
  return (call) => {
    const own = {
      ...(policy === undefined ? {} : { policy: policy() }),
      ...(keptProcesses === undefined ? {} : { keptProcesses }),
    };
    const { verdict, rule, reason, effects } = judge(call, { ...around, ...own, tier: tier() });
    return { decision: verdict, rule, reason, effects };
  };
}
