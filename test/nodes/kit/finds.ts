import type { Found } from "../../../src/engine/gate/found.ts";
import type { PolicyInForce } from "../../../src/nodes/node/finding.ts";
import type { ServedParts } from "../../../src/nodes/node/served-session.ts";
import type { Judgement, ToolCall } from "../../../src/protocol/verdict.ts";

const fine: Judgement = { decision: "allow", rule: "tier.default", reason: "" };

/** What a node finds of a call that has no effects. */
export const foundTo = (judgement: Judgement = fine): Found => ({
  judged: { ...judgement, effects: [] },
  targets: [],
  diff: null,
  isCutOff: false,
});

/** The version of the policy of which nothing more is known in a test. */
export const inForce = "p-1";

/** A node on which that policy is in force. */
export const policyHere: PolicyInForce = { version: () => inForce, until: () => Promise.resolve() };

/** A node that judges so, and whose lease holds until this signal. */
export const judging = (
  judge: (call: ToolCall) => Judgement = () => fine,
  over: AbortSignal = new AbortController().signal,
): Pick<ServedParts, "find" | "over" | "mayAct"> => ({
  find: async (call) => ({ found: foundTo(judge(call)), policy: inForce }),
  over,
  mayAct: () => !over.aborted,
});
