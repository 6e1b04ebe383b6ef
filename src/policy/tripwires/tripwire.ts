import { severities, type Severity } from "../../protocol/tripwire.ts";
import type { Tier } from "../../protocol/verdict.ts";
import type { Observation, ObservationKind } from "./observation.ts";
import type { TripwireState } from "./state.ts";

/** A deterministic rule over what a construct does. */
export interface Tripwire {
  /** Unique: a plain word for a shipped rule, `goal/NAME` for an authored one. */
  readonly name: string;
  readonly severity: Severity;
  /** The kinds of observation that it looks at. */
  readonly watches: readonly ObservationKind[];
  /** For the netrunner and the model: what is wrong, and what to do instead. */
  readonly message: string;
  /** Fires when its condition begins to hold, and not again before it has ceased to. */
  readonly latched?: boolean;
  /** Pure. `state` already contains the observation. */
  readonly check: (observation: Observation, state: TripwireState) => Match | undefined;
}

export interface Match {
  /** What was found, short and fit to be shown: never a secret itself. */
  found: string;
  /** The same thing is told once: a digest of it, while it is remembered. */
  once?: string;
}

export interface Firing {
  rule: string;
  severity: Severity;
  message: string;
  found: string;
  /** The call that stops. Null when it was no call that fired: a warning then holds the construct's next call. */
  call: string | null;
}

/** The severity of several firings together: the worst wins, whatever their order. Undefined when nothing fired. */
export function worstOf(firings: Iterable<{ severity: Severity }>): Severity | undefined {
  let worst = -1;
  for (const { severity } of firings) worst = Math.max(worst, severities.indexOf(severity));
  return severities[worst];
}

export type Consequence = "none" | "inform" | "hold" | "kill";

/** What follows from firings in a tier. In yolo, tripwires only observe. */
export function consequenceOf(firings: readonly { severity: Severity }[], tier: Tier): Consequence {
  const worst = worstOf(firings);
  if (worst === undefined) return "none";
  if (tier === "yolo" || worst === "low") return "inform";
  return worst === "critical" ? "kill" : "hold";
}
