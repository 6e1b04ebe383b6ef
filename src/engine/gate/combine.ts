import type { Judgement } from "../../protocol/verdict.ts";

/** One answer out of several to the same call, and the rules behind it. */
export interface Combined extends Judgement {
  /** Every rule that gave the winning answer, the first one first. */
  rules: string[];
}

/** Deny wins over hold, hold over allow. The reasons of the winning answers are joined in their order. */
export function combine(opinions: readonly Judgement[]): Combined {
  for (const decision of ["deny", "hold"] as const) {
    const winning = opinions.filter((opinion) => opinion.decision === decision);
    if (winning.length > 0) return joined(decision, winning);
  }
  // Whatever is neither a deny nor a hold nor an allow is not an allow.
  const stranger = opinions.find((opinion) => opinion.decision !== "allow");
  return stranger === undefined && opinions.length > 0 ? joined("allow", opinions) : malformed;
}

const malformed: Combined = {
  decision: "deny",
  rule: "gate.malformed",
  rules: ["gate.malformed"],
  reason: "The gate gave an answer that is none, so the call does not run.",
};

function joined(decision: Combined["decision"], opinions: readonly Judgement[]): Combined {
  const rules = [...new Set(opinions.map(({ rule }) => rule))];
  const reasons = [...new Set(opinions.map(({ reason }) => reason))];
  return { decision, rule: rules[0] ?? "gate.malformed", rules, reason: reasons.join(" ") };
}
