import { createHash } from "node:crypto";
import { z } from "zod";
import { tierSchema } from "../../protocol/verdict.ts";

/** By what the nodes of a host judge: the netrunner's policy file as it is, and what of the settings of each open run decides. */
export const nodePolicySchema = z.object({
  /** Of the whole; see `policyVersion`. */
  version: z.string().min(1).max(100),
  /** The text of the policy file; null: there is none, and the shipped tiers hold. */
  file: z.string().max(262_144).nullable(),
  /** By run. A call of a run that is not here is denied. */
  runs: z.record(z.string(), z.object({ tier: tierSchema, isAirgapped: z.boolean() })),
});
export type NodePolicy = z.infer<typeof nodePolicySchema>;

/** The version of a policy: the same for the same content. */
export function policyVersion({ file, runs }: Omit<NodePolicy, "version">): string {
  const sorted = Object.entries(runs)
    .map(([run, { tier, isAirgapped }]) => [run, tier, isAirgapped] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([file, sorted]))
    .digest("hex")
    .slice(0, 24);
}
