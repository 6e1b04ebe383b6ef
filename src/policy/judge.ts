import { messageOf } from "../base/fault.ts";
import { inert } from "../base/text.ts";
import type { ToolCall, Verdict } from "../protocol/verdict.ts";
import type { BrakeContext } from "./context.ts";
import { judgeTool } from "./tools.ts";

/**
 * The brake: says of one tool call whether it may run. Pure but for `context.realPath`, and it never throws: what it
 * cannot judge is denied. An allow of the yolo tier is given without looking at the call.
 */
export function judge(call: ToolCall, context: BrakeContext): Verdict {
  try {
    if (context.tier === "yolo") return allow("tier.yolo", "The yolo tier allows everything.");
    if (context.tier !== "default" && context.tier !== "paranoid")
      return deny("tier.unknown", "The brake's tier is unknown; the netrunner has to set paranoid, default or yolo.");
    const refusals = judgeTool(call, { ...context, realPath: remembered(context.realPath) });
    const first = refusals[0];
    if (first === undefined)
      return allow(`tier.${context.tier}`, "Nothing in this call is against the rules of the tier.");
    const reasons = [...new Set(refusals.map((refusal) => refusal.reason))];
    return deny(first.rule, reasons.slice(0, mostReasons).join(" "));
  } catch (error) {
    return deny("brake.failed", `The call could not be judged (${messageOf(error)}); try a simpler one.`);
  }
}

/** Looks each path up once for a call; a line can name the same folder a thousand times. */
function remembered(realPath: (path: string) => string): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const found = known.get(path) ?? realPath(path);
    known.set(path, found);
    return found;
  };
}

/** A model learns from the first few reasons; a line with a hundred bad commands need not repeat itself. */
const mostReasons = 3;

const allow = (rule: string, reason: string): Verdict => ({ decision: "allow", rule, reason });

const deny = (rule: string, reason: string): Verdict => ({
  decision: "deny",
  rule,
  reason: inert(reason.length <= 1200 ? reason : `${reason.slice(0, 1199)}…`),
});
