/**
 * Why a spare ended before a construct has taken it. `failed`: it did not come up; `unanswered`: it did not answer any more;
 * `aim`: it did not take the caliber of a construct.
 */
export const poolEnds = ["expired", "died", "failed", "unanswered", "aim", "surplus", "memory", "closed"] as const;
export type PoolEnd = (typeof poolEnds)[number];

/**
 * Why a construct started without a spare. `starting`: the only ones were not up yet; `died`, `aim`: the last one at hand was dead or
 * did not take the caliber; `needs`: no spare will do for it.
 */
export const poolMisses = ["off", "empty", "starting", "died", "aim", "needs"] as const;
export type PoolMiss = (typeof poolMisses)[number];

const missWords: Record<PoolMiss, string> = {
  off: "there is no pool",
  empty: "no spare was there",
  starting: "its spare was still starting",
  died: "its spare had died",
  aim: "its spare refused the caliber",
  needs: "it needed a start of its own",
};

/** The warm pool of a run, as its events tell it. Its size is in the settings. */
export interface PoolView {
  /** Agents that were started for the pool and have not ended, also not as that of the construct that has taken one. */
  spares: Record<string, { state: "starting" | "ready" | "taken"; construct: string | null }>;
  hits: number;
  misses: Partial<Record<PoolMiss, number>>;
}

export const newPoolView = (): PoolView => ({ spares: {}, hits: 0, misses: {} });

/** How many spares are in this state. */
export const sparesIn = ({ spares }: PoolView, state: "starting" | "ready" | "taken"): number =>
  Object.values(spares).filter((spare) => spare.state === state).length;

/** Hits and misses in words: "7 of 10 constructs started warm (2 empty, 1 starting)"; undefined before the first. */
export function showPool({ hits, misses }: PoolView): string | undefined {
  const missed = poolMisses.flatMap((reason) => {
    const count = misses[reason] ?? 0;
    return reason === "off" || count === 0 ? [] : [[reason, count] as const];
  });
  const all = missed.reduce((sum, [, n]) => sum + n, hits);
  if (all === 0) return undefined;
  const words = missed.map(([reason, n]) => `${n}: ${missWords[reason]}`);
  const why = words.length === 0 ? "" : ` (not ${words.join(", ")})`;
  return `${hits} of ${all} ${all === 1 ? "construct" : "constructs"} started warm${why}`;
}
