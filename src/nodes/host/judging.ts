import { messageOf } from "../../base/fault.ts";
import type { FoundCall } from "../../engine/gate/found.ts";
import type { Verdict } from "../../protocol/verdict.ts";
import type { Bidding, Saying } from "../wire/letters.ts";

export interface JudgingParts {
  /** The gate of whoever has the session now. */
  gate: (call: FoundCall) => Promise<Verdict>;
  /** The version of the policy that is in force now. */
  policy: () => string;
  /** Tells the node. */
  bid: (bidding: Bidding) => void;
}

/** What a node asks about a call. */
type Asked = Saying & { type: "asks" };

/**
 * Gets the verdicts on the calls of one session on a node. None is let through that the node has judged by a policy which is not in force
 * when its verdict is given: it is sent back. Never rejects.
 */
export function judging({ gate, policy, bid }: JudgingParts): (asked: Asked) => Promise<void> {
  /** What the gate was asked about calls that it has allowed while the policy was changed. */
  const allowed = new Map<string, string>();

  const decide = async (asked: Asked): Promise<void> => {
    const { ask, call, found } = asked;
    const isDenied = found.judged.decision === "deny";
    const before = allowed.get(call.id);
    const inForce = policy();
    if (!isDenied && asked.policy !== inForce) return bid({ type: "judge_again", ask, policy: inForce });
    allowed.delete(call.id);
    const of = JSON.stringify([call, found]);
    // A person may have let it through: who has changed something else meanwhile is not asked for the same thing once more. All else is.
    const isAgain = before === of;
    const { decision, rule, reason } = await gate({ ...withoutGap(call), found, ...(isAgain ? { isAgain } : {}) });
    const verdict = { decision, rule, reason };
    // Now, and not when it was asked: it may have been held, or its construct paused. Nothing comes between this and the verdict.
    const since = policy();
    if (decision === "deny" || isDenied || asked.policy === since) return bid({ type: "verdict", ask, verdict });
    allowed.set(call.id, of);
    return bid({ type: "judge_again", ask, policy: since });
  };

  return (asked) =>
    decide(asked).catch((error: unknown) => {
      const reason = `The gate has failed: ${messageOf(error)}`;
      bid({ type: "verdict", ask: asked.ask, verdict: { decision: "deny", rule: "gate.failed", reason } });
    });
}

/** What was left out is not the same as what is there and undefined. */
const withoutGap = <T extends { subagent?: string | undefined }>({ subagent, ...call }: T) => ({
  ...call,
  ...(subagent === undefined ? {} : { subagent }),
});
