import { systemClock, type Clock } from "../../base/clock.ts";
import { livePolicy, type LivePolicy } from "../../engine/gate/live-policy.ts";
import { realPath } from "../../engine/gate/real-path.ts";
import type { PolicyPlace } from "../../policy/policy-file/folders.ts";
import { policyVersion, type NodePolicy } from "../wire/policy.ts";

export interface PolicyDeskParts {
  /** The policy file of the home. */
  path: string;
  /** Where the runs of this host work: what would open too much there is in force nowhere. */
  place: Omit<PolicyPlace, "realPath">;
  /** What of the settings of each open run decides, now. */
  runs: () => NodePolicy["runs"];
  clock?: Clock;
}

/** By what all nodes of a host judge. */
export interface PolicyDesk {
  /**
   * What is in force now. It looks at the file and at the settings of the runs, so a change of either is in force at once; an edit that
   * is wrong changes nothing.
   */
  current(): NodePolicy;
  /** The version of that. */
  version(): string;
}

/**
 * Opens it with the host. A file that was wrong from the start is looked at again and again: until it is right, no run can be opened, and
 * the nodes are told of none.
 */
export function policyDesk({ path, place, runs, clock = systemClock }: PolicyDeskParts): PolicyDesk {
  let live = opened();
  let made: { wishes: string; policy: NodePolicy } | undefined;

  function opened(): LivePolicy | undefined {
    try {
      return livePolicy({ path, place: { ...place, realPath }, clock });
    } catch {
      // Whoever opens a run hears of it.
      return undefined;
    }
  }

  const current = (): NodePolicy => {
    live ??= opened();
    // Each run notes it on its own.
    live?.current(() => true);
    const content = live === undefined ? nothing : { file: live.text, runs: runs() };
    const wishes = JSON.stringify(content.runs);
    // Asked at each call: the same text, which may be long, is the same object.
    if (made?.policy.file !== content.file || made.wishes !== wishes)
      made = { wishes, policy: structuredClone({ version: policyVersion(content), ...content }) };
    return made.policy;
  };
  return { current, version: () => current().version };
}

/** Of a run that is not in here, every call is denied. */
const nothing: Omit<NodePolicy, "version"> = { file: null, runs: {} };
