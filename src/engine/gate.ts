import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import type { Denial } from "../protocol/outcome.ts";
import type { ToolCall, Verdict } from "../protocol/verdict.ts";
import type { Note } from "./journal.ts";
import { showInput } from "./construct/show-input.ts";

export type Judge = (call: ToolCall) => Verdict;

export interface GateParts {
  construct: string;
  judge: Judge;
  /** Whether the construct is still allowed to act at all: false from the moment that its end has begun. */
  mayAct: () => boolean;
  note: Note;
  clock: Clock;
  onDenial: (denial: Denial) => void;
}

/**
 * The one place where a construct's tool call gets its verdict. Every verdict is recorded before it is given; whatever
 * goes wrong on the way, the recording included, is a deny.
 */
export function gateOf(parts: GateParts): (call: ToolCall) => Promise<Verdict> {
  return async (call) => {
    const began = parts.clock.monotonic();
    const verdict = parts.mayAct() ? judged(parts.judge, call) : ending;
    const input = showInput(call.tool, call.input);
    if (verdict.decision === "deny") parts.onDenial({ tool: call.tool, input, rule: verdict.rule });
    const recorded = parts.note("gate.judged", {
      construct: parts.construct,
      call: call.id,
      tool: call.tool,
      input,
      decision: verdict.decision,
      rule: verdict.rule,
      reason: verdict.reason,
      latency_ms: parts.clock.monotonic() - began,
    });
    return recorded ? verdict : unrecorded;
  };
}

const unrecorded: Verdict = {
  decision: "deny",
  rule: "gate.unrecorded",
  reason: "The deck cannot write its record, so nothing more is allowed to run.",
};

const ending: Verdict = { decision: "deny", rule: "construct.ending", reason: "This construct is being stopped." };

function judged(judge: Judge, call: ToolCall): Verdict {
  try {
    return judge(call);
  } catch (error) {
    return { decision: "deny", rule: "gate.failed", reason: `The gate failed on this call: ${messageOf(error)}` };
  }
}
