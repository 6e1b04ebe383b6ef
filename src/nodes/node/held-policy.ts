import { clip } from "../../base/text.ts";
import { parsePolicy, shippedPolicy } from "../../policy/policy-file/parse.ts";
import type { Policy } from "../../policy/policy-file/policy.ts";
import type { Tier } from "../../protocol/verdict.ts";
import { nodePolicySchema, policyVersion } from "../wire/policy.ts";

/** The host's policy as this node has it, whole and of the version that it bears. */
export interface HeldPolicy {
  version: string;
  /** What the policy file says; a text: why this node does not understand it. */
  rules: Policy | string;
  runs: ReadonlyMap<string, { tier: Tier; isAirgapped: boolean }>;
}

/** Reads what claims to be a policy; a text: why it cannot be one. */
export function readPolicy(raw: unknown): HeldPolicy | string {
  const read = nodePolicySchema.safeParse(raw);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    return `the policy of the host is not one that this node knows (${where === "" ? "" : `${clip(where, 100)}: `}${issue?.message ?? "it is wrong"}); run the same cyberdeck on both`;
  }
  const { version, file, runs } = read.data;
  if (policyVersion({ file, runs }) !== version)
    return "the policy of the host is not what its version says; it was changed on the way, or the host is another cyberdeck";
  return { version, rules: file === null ? shippedPolicy : rulesOf(file), runs: new Map(Object.entries(runs)) };
}

/** The host has it in force. Where this node finds something wrong with it, it is the older one of the two. */
function rulesOf(file: string): Policy | string {
  const parsed = parsePolicy(file);
  if (parsed.ok) return parsed.policy;
  const [problem] = parsed.problems;
  return `line ${problem?.line ?? 1} of it: ${problem?.message ?? "it is wrong"}`;
}
