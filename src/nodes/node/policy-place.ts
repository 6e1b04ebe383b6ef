import type { Place } from "../../engine/gate/judge.ts";
import { realPath } from "../../engine/gate/real-path.ts";
import { policyIn } from "../../policy/policy-file/folders.ts";
import type { PlacePolicy, Policy } from "../../policy/policy-file/policy.ts";

/** Where a run works on a node. The paths are of this machine. */
export type NodePlace = Pick<
  Place,
  "workspace" | "runFolder" | "deckHome" | "agentHome" | "keptProcesses" | "otherDecks"
>;

/**
 * The host's policy in a place on this machine. A folder that it opens and that would open too much here, where other things lie in other
 * places, stays closed, which is told: that only ever forbids more.
 */
export function policyAt(
  rules: Policy,
  { workspace, deckHome, agentHome }: NodePlace,
  onLeftOut: (what: string) => void,
): PlacePolicy {
  const { policy, problems } = policyIn(rules, { workspace, home: agentHome, deckHome, realPath });
  for (const { message } of problems) onLeftOut(`${message} on this node, so it stays closed here`);
  return policy;
}
