import { readDuration } from "../../base/units.ts";
import type { Profile } from "../../protocol/profile.ts";
import type { RunSettings } from "../../protocol/settings.ts";

/** The bounds of one construct as the settings name them; 0: no bound. */
export type ConstructLimits = Pick<
  RunSettings,
  "construct_turns" | "construct_tokens" | "construct_usd" | "time_limit_ms"
>;

/** The bounds that a profile sets by itself. */
export function limitsOf({ limits }: Pick<Profile, "limits">): ConstructLimits {
  return {
    construct_turns: limits.turns ?? 0,
    construct_tokens: limits.tokens ?? 0,
    construct_usd: limits.usd ?? 0,
    time_limit_ms: readDuration(limits.time ?? "") ?? 0,
  };
}

/** Of two bounds the tighter one, each for itself. What the first one has besides them stays. */
export function tighterLimits<T extends Partial<ConstructLimits>>(one: T, other: ConstructLimits): T {
  const limits = { ...one };
  for (const name of ["construct_turns", "construct_tokens", "construct_usd", "time_limit_ms"] as const) {
    const own = one[name];
    if (own !== undefined) Object.assign(limits, { [name]: tighter(own, other[name]) });
  }
  return limits;
}

const tighter = (one: number, other: number): number =>
  one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
