import { showCost } from "../../../base/units.ts";
import type { Tripwire } from "../tripwire.ts";

const minute = 60_000;

/** @param bound US dollars a minute that one construct may cost; over a shorter time, that much in all */
export function costSlope(bound: number): Tripwire {
  return {
    name: "cost-slope",
    severity: "warning",
    watches: ["cost"],
    latched: true,
    message: "This construct costs money faster than it may. Use smaller steps and less context, or raise the bound.",
    check(_, state) {
      const first = state.costs[0];
      const last = state.costs.at(-1);
      if (first === undefined || last === undefined || !(bound > 0)) return undefined;
      const minutes = Math.max(1, (last.at - first.at) / minute);
      const slope = (last.usd - first.usd) / minutes;
      return slope > bound ? { found: `${showCost(slope)} a minute; the bound is ${showCost(bound)}` } : undefined;
    },
  };
}
