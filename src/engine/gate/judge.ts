import type { DeckFolders, PluginBridge } from "../../policy/brake/context.ts";
import { judge, judgeEffects } from "../../policy/brake/judge.ts";
import type { PlacePolicy } from "../../policy/policy-file/policy.ts";
import type { Judgement, Tier, ToolCall } from "../../protocol/verdict.ts";
import { combine } from "./combine.ts";
import { foundOf } from "./found.ts";
import type { Judged } from "./judged.ts";
import { readText } from "./read-text.ts";
import { realPath } from "./real-path.ts";

export type Judge = (call: ToolCall) => Judged;

/** Where constructs work and what is kept from them. All paths absolute. */
export interface Place {
  /** The tier in force, asked at each call: a change holds from the next call on. */
  tier: () => Tier;
  workspace: string;
  runFolder: string;
  /** The deck's own folder. */
  deckHome: string;
  /** Those of other decks that lie here, too. */
  otherDecks?: readonly DeckFolders[];
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
  otherDecks,
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
    ...(otherDecks && { otherDecks }),
  };
  return (call) => {
    const own = {
      ...(policy === undefined ? {} : { policy: policy() }),
      ...(keptProcesses === undefined ? {} : { keptProcesses }),
    };
    const here = { ...around, ...own, tier: tier() };
    const there = foundOf(call)?.judged;
    // What it would do is known there alone; what is thought of that is decided here, by what is in force now.
    const { verdict, rule, reason, effects } =
      there === undefined ? judge(call, here) : judgeEffects(there.effects, call, here);
    const judged = { decision: verdict, rule, reason };
    return { ...(there === undefined ? judged : stricter(there, judged)), effects };
  };
}

function stricter(there: Judgement, here: Judgement): Judgement {
  const { decision, rule, reason } = combine([there, here]);
  return { decision, rule, reason };
}
