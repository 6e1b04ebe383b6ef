import type { ToolCall } from "../../protocol/verdict.ts";
import type { BrakeContext } from "./context.ts";
import { underLists } from "../policy-file/apply.ts";
import { analyse } from "./analyse.ts";
import { decide, type Judgement } from "./tiers.ts";

/** What the brake says to a call in this place, the netrunner's policy file included. Never throws. */
export const judge = (call: ToolCall, place: BrakeContext): Judgement =>
  decide(underLists(analyse(call, place), call, place), place.tier, place.policy?.rules);
