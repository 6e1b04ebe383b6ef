import { showDuration } from "../../../base/units.ts";
import type { Tripwire } from "../tripwire.ts";

/** @param bound silence that is too long, milliseconds; earlier than the limit at which an idle construct is stopped */
export function silence(bound: number): Tripwire {
  return {
    name: "silence",
    severity: "low",
    // Told once for each silence: any other observation ends it.
    watches: ["call", "result", "text", "silence"],
    latched: true,
    message: "Nothing has been heard of this construct for a while. Look at it, ask it, or stop it.",
    check(observation) {
      if (observation.kind !== "silence" || !(observation.ms >= bound)) return undefined;
      return { found: `silent for ${showDuration(observation.ms)}` };
    },
  };
}
