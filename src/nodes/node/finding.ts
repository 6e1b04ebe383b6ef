import { messageOf } from "../../base/fault.ts";
import { editDiff } from "../../engine/gate/edit-diff.ts";
import type { Found } from "../../engine/gate/found.ts";
import { holdTargets } from "../../engine/gate/hold-targets.ts";
import type { Judge } from "../../engine/gate/judge.ts";
import type { ToolCall } from "../../protocol/verdict.ts";

export interface FinderParts {
  /** The brake of this machine, by the host's policy. */
  judge: Judge;
  policy: PolicyInForce;
  workspace: string;
  /** Whether a wall keeps the network from what is called now. */
  isCutOff: () => boolean;
}

/** The host's policy on this machine. */
export interface PolicyInForce {
  /** The version by which the brake judges now; null: it has none that is in force, and denies. */
  version(): string | null;
  /**
   * Resolves when the policy is here that is in force as far as this node has heard, or it cannot be had for now. Never rejects.
   * @param version what the host has named just now
   */
  until(version?: string): Promise<void>;
}

/** What was found out, and the version of the policy by which the brake has judged. */
export interface Looked {
  found: Found;
  policy: string | null;
}

/**
 * What this machine finds out about a call that would run on it.
 * @param policy the version that is in force, where the host has named it for this call
 */
export type Finder = (call: ToolCall, policy?: string) => Promise<Looked>;

/** Looks at calls for a host elsewhere, on this machine's disk. What cannot be looked at is denied; never rejects. */
export const finderFor =
  ({ judge, policy, workspace, isCutOff }: FinderParts): Finder =>
  async (call, version) => {
    try {
      await policy.until(version);
      const judged = judge(call);
      // Nothing comes between: it is the version by which that was judged.
      const by = policy.version();
      if (judged.decision === "deny")
        return { found: { judged, targets: [], diff: null, isCutOff: isCutOff() }, policy: by };
      const targets = holdTargets(judged.effects, workspace);
      const diff = await editDiff(call, judged.effects, workspace);
      return { found: { judged, targets, diff, isCutOff: isCutOff() }, policy: by };
    } catch (error) {
      const reason = `The node's gate has failed on this call: ${messageOf(error)}`;
      const judged = { decision: "deny", rule: "gate.failed", reason, effects: [] } as const;
      return { found: { judged, targets: [], diff: null, isCutOff: false }, policy: null };
    }
  };
