import type { Target } from "../observation.ts";
import type { Tripwire } from "../tripwire.ts";

/** A judged call that would change something outside of the zones. What cannot be resolved counts as outside. */
export const writesOutside: Tripwire = {
  name: "writes-outside",
  severity: "warning",
  watches: ["call"],
  message:
    "This call would change files outside of the workspace, the run folder and /tmp. Write to one of these instead.",
  check(observation) {
    if (observation.kind !== "call") return undefined;
    const leaving = (observation.targets ?? []).slice(0, mostTargets).filter((target) => leaves(target));
    const [first] = leaving;
    if (first === undefined) return undefined;
    const rest = leaving.length === 1 ? "" : `, and ${leaving.length - 1} more`;
    return {
      found: `${first.effect} ${first.path}${first.zone === "unknown" ? " (not known before it runs)" : ""}${rest}`,
    };
  },
};

const leaves = ({ effect, zone }: Target): boolean => effect !== "read" && zone !== "inside";

const mostTargets = 10_000;
