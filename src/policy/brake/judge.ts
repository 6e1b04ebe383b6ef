import type { ToolCall } from "../../protocol/verdict.ts";
import type { BrakeContext } from "./context.ts";
import { underLists } from "../policy-file/apply.ts";
import { analyse } from "./analyse.ts";
import type { Effect } from "./effect.ts";
import { decide, type Judgement } from "./tiers.ts";

/** What the brake says to a call in this place, the netrunner's policy file included. Never throws. */
export const judge = (call: ToolCall, place: BrakeContext): Judgement =>
  judgeEffects(analyse(call, place), call, place);

/** The same where it is known already what the call would do, because it would do it in another place. */
export const judgeEffects = (effects: readonly Effect[], call: ToolCall, place: BrakeContext): Judgement =>
  decide(underLists(effects, call, place), place.tier, place.policy?.rules);
